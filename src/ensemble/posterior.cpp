#include "ensemble/posterior.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/rng.h"
#include "ensemble/hmc.h"
#include "ensemble/momenta.h"
#include "ensemble/signs.h"
#include "physics/phi4.h"

namespace scorefield {
namespace {

constexpr double kStepAngle = 1.3;     // step times the highest frequency, for 1024 sites: acceptance about 0.9
constexpr double kLargestAngle = 1.6;  // the scheme is unstable from 2.5 on
constexpr double kLengthAngle = 2.7;   // length times a frequency: beyond pi/2, updates are anticorrelated
constexpr double kTypical = 2.0;       // square of the frequency that most modes have beside that from the noise
constexpr std::array<double, 3> kFactors = {
    0.75, 1.0, 1.25};  // of the lengths of short trajectories: with one length, modes of some frequencies would hardly move
constexpr double kLongest = 12.0;

double self_coupling(const ModelParams& model) { return model.name == "gaussian-field" ? 0.0 : model.lambda; }

double product(const Block& a, const Block& b) {
  double sum = 0.0;
  for (std::int64_t y = 0; y < a.rows; ++y) {
    const double *left = a.sites(y), *right = b.sites(y);
    for (std::int64_t x = 0; x < a.columns; ++x) sum += left[x] * right[x];
  }
  return sum;
}

}  // namespace

/// S + sum_x (phi - y)^2/(2 r^2). The term of phi^2 is with the even part in molecular dynamics; in the value it stands beside that of y,
/// where the two nearly cancel.
class Posterior::Action : public LatticeAction {
 public:
  Action(const ModelParams& model, double ratio, const Block& noisy)
      : bare_(model.kappa, self_coupling(model)),
        even_(model.kappa, self_coupling(model), 0.5 / (ratio * ratio)),
        inverse_square_(1.0 / (ratio * ratio)),
        noisy_(noisy) {}
  void evolve(const Block& phi, const Block& pi, std::span<const Stage> stages) const override {
    for (const Stage& stage : stages) {
      if (stage.kick != 0.0) add_sites(pi, stage.kick * inverse_square_, noisy_);
      even_.evolve(phi, pi, {&stage, 1});
    }
  }
  FixedSum value(const Block& phi) const override {
    FixedSum sum = bare_.value(phi);
    return sum += squared_distance(phi, noisy_, 0.5 * inverse_square_);
  }
  double bond_coupling() const override { return bare_.bond_coupling(); }

 private:
  Phi4 bare_, even_;
  double inverse_square_;
  Block noisy_;
};

Posterior::Posterior(ModelParams model, const Extents& lattice, std::uint64_t seed)
    : lattice_(lattice),
      model_(std::move(model)),
      seed_(seed),
      self_(Comm::self()),
      domain_(self_, lattice, 1, {1, 1, 1}),
      layout_(make_layout(domain_, 1, 1)),
      noisy_(domain_, layout_, 1),
      group_{Field(domain_, layout_, 1), {0, 1}, {}, std::vector<Outcome>(1)} {}

Posterior::~Posterior() = default;

void Posterior::set_noise(double ratio, double variance) {
  ratio_ = ratio;
  accepted_ = 0.0;
  updates_ = 0;
  action_ = std::make_unique<Action>(model_, ratio, noisy_.block(0, 0));
  work_ = std::make_unique<Workspace>(domain_, layout_, action_.get(), 1, 1, false);
  const double from_noise = 1.0 / (ratio * ratio);
  const double highest = std::sqrt(from_noise + 2.0 + 8.0 * model_.kappa + 12.0 * self_coupling(model_) * variance);
  const double angle = std::min(kLargestAngle, kStepAngle * std::pow(1024.0 / static_cast<double>(lattice_.sites()), 0.25));
  const double step = angle / highest;
  const auto trajectory = [&](double frequency) {
    const double length = std::min(kLongest, kLengthAngle / frequency);
    const std::int64_t steps = std::max<std::int64_t>(1, std::llround(length / step));
    return std::make_unique<Hmc>(seed_, make_trajectory(integrator_named("omf2"), length / static_cast<double>(steps), steps));
  };
  trajectories_.clear();
  for (const double factor : kFactors) trajectories_.push_back(trajectory(std::sqrt(from_noise + kTypical) / factor));
  trajectories_.push_back(trajectory(std::sqrt(from_noise)));
}

void Posterior::start(std::int64_t chain, std::span<const double> y, std::span<const double> phi) {
  const std::int64_t columns = lattice_.x;
  for (std::int64_t row = 0; row < lattice_.y; ++row) {
    std::copy_n(y.data() + row * columns, columns, noisy_.sites(0, row));
    std::copy_n(phi.data() + row * columns, columns, group_.phi.sites(0, row));
  }
  group_.chains = {chain, chain + 1};
  group_.action_known = false;
  update_ = 0;
}

void Posterior::advance(std::int64_t count, std::span<double> sum) {
  const double inverse_square = 1.0 / (ratio_ * ratio_);
  const Block phi = group_.phi.block(0, 0);
  for (std::int64_t i = 0; i < count; ++i, ++update_) {
    trajectories_[update_ % trajectories_.size()]->apply(group_, *work_, update_);
    accepted_ += group_.outcome[0].probability;
    ++updates_;
    const double a = inverse_square * product(phi, noisy_.block(0, 0));
    double uniform = 0.0;
    fill_uniforms({seed_, Stream::sign_flip, update_}, static_cast<std::uint64_t>(group_.chains.begin), {&uniform, 1});
    const double mean_sign = std::tanh(a);
    double* to = sum.data();
    for (std::int64_t row = 0; row < lattice_.y; ++row, to += lattice_.x) {
      const double* from = phi.sites(row);
      for (std::int64_t x = 0; x < lattice_.x; ++x) to[x] += mean_sign * from[x];
    }
    if (uniform < 1.0 / (1.0 + std::exp(2.0 * a))) {
      change_all_signs(phi);
      group_.action_known = false;
    }
  }
}

double Posterior::acceptance() const { return updates_ > 0 ? accepted_ / static_cast<double>(updates_) : 0.0; }

}  // namespace scorefield
