#include "learning/mlp_trainer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <numbers>
#include <optional>

#include "base/parallel.h"
#include "base/rng.h"
#include "diffusion/ensemble_denoiser.h"
#include "diffusion/level_density.h"
#include "diffusion/network_layout.h"
#include "learning/mlp.h"
#include "learning/weight_optimiser.h"

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

class MlpTrainer : public Trainer {
 public:
  MlpTrainer(const Comm& comm, const Settings& settings, std::span<const double> data, const PointReference& reference)
      : comm_(comm),
        settings_(settings),
        data_(data),
        reference_(reference),
        frequencies_(embedding_frequencies(settings.network, settings.seed)),
        mlp_(settings.network, frequencies_, reference),
        optimiser_(settings.train, initial_weights(settings.network, reference.components(), settings.seed)),
        levels_(settings.schedule, reference.scale(), settings.noise_min, settings.train.level_density),
        mine_(share(settings.train.levels, comm.size(), comm.rank())) {
    if (reference.components() == 2 && settings.train.target == "posterior") {
      denoiser_.emplace(data, noise_ratio(levels_.at(0.0)), settings.network.symmetry == "odd");
    }
  }

  double step() override {
    const double loss = mine_.size() > 0 ? backward() : 0.0;
    optimiser_.advance(comm_);
    return loss;
  }

  TrainingState state() const override { return optimiser_.state(); }
  void restore(const TrainingState& state) override { optimiser_.restore(state); }
  Model model() const override { return {settings_.network, reference_, frequencies_, optimiser_.averaged()}; }

 private:
  /// This rank's part of the batch of a step.
  struct Batch {
    at::Tensor xh, target, coordinates, weights;
    at::Tensor potential, potential_factor;  ///< log p + |xh|^2/2 + constant where the density is known; what g Psi is multiplied by
  };

  /// Weight of (F_i - F*_i)^2. lambda(t) |s - s*|^2 = lambda sum_i v_i/(r^2 f^2 (v_i + r^2)) (F_i - F*_i)^2, r = sqrt(Xi)/f.
  double weight_at(const NoiseLevel& level, std::size_t axis) const {
    if (settings_.train.weight == "unit") return 1.0;
    if (settings_.train.weight == "low-noise") return std::cosh(level_coordinate(level, reference_.scale()));
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
    Batch b{at::empty({mine_.size(), per_level, numbers}, at::kFloat),
            at::empty({mine_.size(), per_level, numbers}, at::kFloat),
            at::empty({mine_.size()}, at::kFloat),
            at::empty({mine_.size(), 1, numbers}, at::kFloat),
            at::empty({mine_.size(), denoiser_ ? per_level : 0}, at::kFloat),
            at::empty({mine_.size(), 1}, at::kFloat)};
    parallel_for(0, mine_.size(), [&](std::int64_t number) {
      const auto l = static_cast<std::size_t>(number);
      const double stratum = static_cast<double>(mine_.begin) + static_cast<double>(l) + positions[l];
      const NoiseLevel level = levels_.at(stratum / static_cast<double>(settings_.train.levels));
      b.coordinates.data_ptr<float>()[l] = static_cast<float>(level_coordinate(level, reference_.scale()));
      for (std::size_t c = 0; c < n; ++c) b.weights.data_ptr<float>()[l * n + c] = static_cast<float>(weight_at(level, c));
      const std::size_t first = l * static_cast<std::size_t>(per_level) * n;
      b.potential_factor.data_ptr<float>()[l] = static_cast<float>(std::sqrt(reference_.variances.back()) / noise_ratio(level));
      fill_level(level, std::span(shifts).subspan(directions * l, directions), b.xh.data_ptr<float>() + first,
                 b.target.data_ptr<float>() + first,
                 denoiser_ ? b.potential.data_ptr<float>() + l * static_cast<std::size_t>(per_level) : nullptr);
    });
    return b;
  }

  /// `shifts` of the configurations and of each number of the noise.
  void fill_level(const NoiseLevel& level, std::span<const double> shifts, float* xh, float* target, float* potential) const {
    const std::size_t count = static_cast<std::size_t>(settings_.train.per_level), n = reference_.components();
    const std::size_t configurations = data_.size() / n;
    std::vector<double> z(count * n);
    for (std::size_t i = 0; i < count; ++i) {
      const double u = fraction(static_cast<double>(i) / static_cast<double>(count) + shifts[0]);
      const auto pick = std::min(configurations - 1, static_cast<std::size_t>(u * static_cast<double>(configurations)));
      std::copy_n(&data_[pick * n], n, &z[i * n]);
    }
    reference_.whiten({0.0, 1.0, 0.0}, z, z);
    std::vector<double> whitened(count * n);
    for (std::size_t c = 0; c < n; ++c) {
      const auto [cosine, sine] = direction(level, c);
      const double stride = n == 1 ? std::numbers::phi - 1.0 : kPlastic[c];
      for (std::size_t i = 0; i < count; ++i) {
        const double noise = normal_quantile(fraction(static_cast<double>(i) * stride + shifts[1 + c])), datum = z[i * n + c];
        whitened[i * n + c] = datum * cosine + noise * sine;
        target[i * n + c] = static_cast<float>(datum * sine - noise * cosine);
      }
    }
    std::copy(whitened.begin(), whitened.end(), xh);
    if (denoiser_) fill_means(level, whitened, target, potential);
  }

  /// (cos alpha, sin alpha) of an axis.
  std::array<double, 2> direction(const NoiseLevel& level, std::size_t axis) const {
    const double alpha = 2.0 * std::atan(std::exp(level_coordinate(level, {0.0, reference_.variances[axis]})));
    return {std::cos(alpha), std::sin(alpha)};
  }

  /// The targets' mean over the ensemble given the noisy points: of z, and of the noise (y - x_0)/r; and how much larger than under the
  /// reference their density is.
  void fill_means(const NoiseLevel& level, const std::vector<double>& whitened, float* target, float* potential) const {
    const std::size_t n = reference_.components();
    const double ratio = noise_ratio(level);
    std::vector<double> noisy(whitened.size()), z(whitened.size()), log_density(whitened.size() / n);
    reference_.unwhiten(level, whitened, noisy);
    for (double& value : noisy) value /= level.kept;
    denoiser_->denoise(ratio, noisy, z, log_density);
    reference_.whiten({0.0, 1.0, 0.0}, z, z);
    double norm = std::log(2.0 * std::numbers::pi);
    for (std::size_t c = 0; c < n; ++c) norm += std::log(reference_.deviation(level, c) / level.kept);
    for (std::size_t i = 0; i < log_density.size(); ++i) {
      const double square = whitened[2 * i] * whitened[2 * i] + whitened[2 * i + 1] * whitened[2 * i + 1];
      potential[i] = static_cast<float>(log_density[i] + 0.5 * square + norm);
    }
    for (std::size_t c = 0; c < n; ++c) {
      const auto [cosine, sine] = direction(level, c);
      const double noisy_scale = reference_.deviation(level, c) / level.kept, scale = std::sqrt(reference_.variances[c]);
      for (std::size_t i = c; i < z.size(); i += n) {
        target[i] = static_cast<float>(z[i] * sine - (whitened[i] * noisy_scale - z[i] * scale) / ratio * cosine);
      }
    }
  }

  double backward() {
    const Batch b = make_batch();
    const Mlp::Answer answer = mlp_.forward(mlp_.unpack(optimiser_.weights()), b.xh, b.coordinates);
    const double points = static_cast<double>(settings_.train.levels * settings_.train.per_level);
    at::Tensor loss = ((answer.flow - b.target).square() * b.weights).sum() / (points * static_cast<double>(reference_.components()));
    if (denoiser_ && is_energy(settings_.network)) {
      loss = loss + (answer.potential * b.potential_factor - b.potential).square().sum() * (settings_.train.density / points);
    }
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
  std::optional<EnsembleDenoiser> denoiser_;
};

}  // namespace

std::unique_ptr<Trainer> make_mlp_trainer(const Comm& comm, const Trainer::Settings& settings, std::span<const double> data,
                                          const PointReference& reference) {
  return std::make_unique<MlpTrainer>(comm, settings, data, reference);
}

}  // namespace scorefield
