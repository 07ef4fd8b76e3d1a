#include "diffusion/trainer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/version.h>

#include <algorithm>
#include <array>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <numbers>

#include "base/rng.h"
#include "diffusion/level_density.h"
#include "diffusion/network.h"
#include "diffusion/network_layout.h"
#include "diffusion/weight_optimiser.h"

namespace scorefield {
namespace {

/// Float digits are enough for a network in single precision, and three times faster.
using FastPolicy = boost::math::policies::policy<boost::math::policies::digits2<24>>;

constexpr std::array<double, 2> kPlastic = {0.7548776662466927, 0.5698402909980532};  // 1/p, 1/p^2 with p^3 = p + 1

double fraction(double x) { return x - std::floor(x); }

/// The x with probability p below it under the standard normal law, 0 < p < 1.
double normal_quantile(double p) {
  p = std::clamp(p, 1e-12, 1.0 - 1e-12);
  return std::numbers::sqrt2 * boost::math::erf_inv(2.0 * p - 1.0, FastPolicy{});
}

}  // namespace

class Trainer::Implementation {
 public:
  Implementation(const Comm& comm, const Settings& settings, std::span<const double> data, const PointReference& reference)
      : comm_(comm),
        settings_(settings),
        data_(data),
        reference_(reference),
        frequencies_(embedding_frequencies(settings.network, settings.seed)),
        mlp_(settings.network, frequencies_, reference),
        optimiser_(settings.train, initial_weights(settings.network, reference.components(), settings.seed)),
        levels_(settings.schedule, reference.scale(), settings.noise_min, settings.train.level_density),
        mine_(share(settings.train.levels, comm.size(), comm.rank())) {}

  double step() {
    const double loss = mine_.size() > 0 ? backward() : 0.0;
    optimiser_.advance(comm_);
    return loss;
  }

  TrainingState state() const { return optimiser_.state(); }
  void restore(const TrainingState& state) { optimiser_.restore(state); }
  Model model() const { return {settings_.network, reference_, frequencies_, optimiser_.averaged()}; }

 private:
  /// This rank's part of the batch of a step.
  struct Batch {
    at::Tensor xh, target, coordinates, weights;
  };

  /// Weight of (F_i - F*_i)^2. lambda(t) |s - s*|^2 = lambda sum_i v_i/(r^2 f^2 (v_i + r^2)) (F_i - F*_i)^2, r = sqrt(Xi)/f.
  double weight_at(const NoiseLevel& level, std::size_t axis) const {
    if (settings_.train.weight == "unit") return 1.0;
    const double deviation = reference_.deviation(level, axis);
    const double lambda = settings_.train.weight == "xi" ? level.noise_variance : std::sqrt(level.noise_variance);
    return lambda * reference_.variances[axis] * level.kept * level.kept / (level.noise_variance * deviation * deviation);
  }

  /// Configurations and noise of a level come from a rank-one lattice in the unit square, (i/n + r_1, i g + r_2) modulo 1 with the golden
  /// ratio g and random shifts r (Cranley & Patterson 1976): both are evenly spread at every level of every step, each point still
  /// uniform. At equal cost the error of the cumulants is a quarter to a half of that of independent draws. With noise in two numbers the
  /// lattice has a third direction, by powers of the plastic number.
  Batch make_batch() const {
    const auto per_level = settings_.train.per_level;
    const auto levels = static_cast<std::size_t>(mine_.size());
    const auto step = static_cast<std::uint64_t>(optimiser_.step());
    const std::size_t n = reference_.components(), directions = 1 + n;
    const auto numbers = static_cast<std::int64_t>(n);
    std::vector<double> positions(levels), shifts(directions * levels);
    fill_uniforms({settings_.seed, Stream::train_level, step}, static_cast<std::uint64_t>(mine_.begin), positions);
    fill_uniforms({settings_.seed, Stream::train_shift, step}, directions * static_cast<std::uint64_t>(mine_.begin), shifts);
    Batch b{at::empty({mine_.size(), per_level, numbers}, at::kFloat), at::empty({mine_.size(), per_level, numbers}, at::kFloat),
            at::empty({mine_.size()}, at::kFloat), at::empty({mine_.size(), 1, numbers}, at::kFloat)};
    for (std::size_t l = 0; l < levels; ++l) {
      const double stratum = static_cast<double>(mine_.begin) + static_cast<double>(l) + positions[l];
      const NoiseLevel level = levels_.at(stratum / static_cast<double>(settings_.train.levels));
      b.coordinates.data_ptr<float>()[l] = static_cast<float>(level_coordinate(level, reference_.scale()));
      for (std::size_t c = 0; c < n; ++c) b.weights.data_ptr<float>()[l * n + c] = static_cast<float>(weight_at(level, c));
      const std::size_t first = l * static_cast<std::size_t>(per_level) * n;
      fill_level(level, std::span(shifts).subspan(directions * l, directions), b.xh.data_ptr<float>() + first,
                 b.target.data_ptr<float>() + first);
    }
    return b;
  }

  /// `shifts` of the configurations and of each number of the noise.
  void fill_level(const NoiseLevel& level, std::span<const double> shifts, float* xh, float* target) const {
    const std::size_t count = static_cast<std::size_t>(settings_.train.per_level), n = reference_.components();
    const std::size_t configurations = data_.size() / n;
    std::vector<double> z(count * n);
    for (std::size_t i = 0; i < count; ++i) {
      const double u = fraction(static_cast<double>(i) / static_cast<double>(count) + shifts[0]);
      const auto pick = std::min(configurations - 1, static_cast<std::size_t>(u * static_cast<double>(configurations)));
      std::copy_n(&data_[pick * n], n, &z[i * n]);
    }
    reference_.whiten({0.0, 1.0, 0.0}, z, z);
    for (std::size_t c = 0; c < n; ++c) {
      const double alpha = 2.0 * std::atan(std::exp(level_coordinate(level, {0.0, reference_.variances[c]})));
      const double cosine = std::cos(alpha), sine = std::sin(alpha), stride = n == 1 ? std::numbers::phi - 1.0 : kPlastic[c];
      for (std::size_t i = 0; i < count; ++i) {
        const double noise = normal_quantile(fraction(static_cast<double>(i) * stride + shifts[1 + c])), datum = z[i * n + c];
        xh[i * n + c] = static_cast<float>(datum * cosine + noise * sine);
        target[i * n + c] = static_cast<float>(datum * sine - noise * cosine);
      }
    }
  }

  double backward() {
    const Batch b = make_batch();
    const at::Tensor deviation = mlp_.forward(mlp_.unpack(optimiser_.weights()), b.xh, b.coordinates) - b.target;
    const double batch_size =
        static_cast<double>(settings_.train.levels * settings_.train.per_level) * static_cast<double>(reference_.components());
    const at::Tensor loss = (deviation.square() * b.weights).sum() / batch_size;
    loss.backward();
    return loss.item<double>();
  }

  const Comm& comm_;
  Settings settings_;
  std::span<const double> data_;
  PointReference reference_;
  std::vector<double> frequencies_;
  Mlp mlp_;
  WeightOptimiser optimiser_;
  LevelDensity levels_;
  Range mine_;  ///< levels of the batch that fall to this rank
};

Trainer::Trainer(const Comm& comm, const Settings& settings, std::span<const double> data, const PointReference& reference)
    : implementation_(std::make_unique<Implementation>(comm, settings, data, reference)) {}
Trainer::~Trainer() = default;
double Trainer::step() { return implementation_->step(); }
TrainingState Trainer::state() const { return implementation_->state(); }
void Trainer::restore(const TrainingState& state) { implementation_->restore(state); }
Model Trainer::model() const { return implementation_->model(); }

void set_torch_threads(int threads) { at::set_num_threads(threads); }

const char* torch_version() { return TORCH_VERSION; }

}  // namespace scorefield
