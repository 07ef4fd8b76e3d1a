#include "diffusion/trainer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/optim/adam.h>
#include <torch/version.h>

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <numbers>

#include "base/rng.h"
#include "diffusion/level_density.h"
#include "diffusion/network.h"
#include "diffusion/network_layout.h"

namespace scorefield {
namespace {

/// Float digits are enough for a network in single precision, and three times faster.
using FastPolicy = boost::math::policies::policy<boost::math::policies::digits2<24>>;

double fraction(double x) { return x - std::floor(x); }

/// The x with probability p below it under the standard normal law, 0 < p < 1.
double normal_quantile(double p) {
  p = std::clamp(p, 1e-12, 1.0 - 1e-12);
  return std::numbers::sqrt2 * boost::math::erf_inv(2.0 * p - 1.0, FastPolicy{});
}

std::vector<double> to_vector(const at::Tensor& tensor) {
  const float* values = tensor.data_ptr<float>();
  return {values, values + tensor.numel()};
}

}  // namespace

class Trainer::Implementation {
 public:
  Implementation(const Comm& comm, const Settings& settings, std::span<const double> data, const Reference& reference)
      : comm_(comm),
        settings_(settings),
        data_(data),
        reference_(reference),
        frequencies_(embedding_frequencies(settings.network, settings.seed)),
        mlp_(settings.network, frequencies_),
        weights_(to_tensor(initial_weights(settings.network, settings.seed)).requires_grad_(true)),
        averaged_(weights_.detach().clone()),
        adam_({weights_}, torch::optim::AdamOptions(settings.train.learning_rate).betas({settings.train.beta1, settings.train.beta2})),
        levels_(settings.schedule, reference, settings.noise_min, settings.train.level_density),
        mine_(share(settings.train.levels, comm.size(), comm.rank())) {}

  double step() {
    const double loss = mine_.size() > 0 ? backward() : zero_gradient();
    const at::Tensor gradient = weights_.grad();
    comm_.sum(std::span(gradient.data_ptr<float>(), static_cast<std::size_t>(gradient.numel())));
    static_cast<torch::optim::AdamOptions&>(adam_.param_groups()[0].options()).lr(learning_rate());
    adam_.step();
    adam_.zero_grad(false);
    ++step_;
    const double power = settings_.train.averaging;
    const at::NoGradGuard guard;
    averaged_.lerp_(weights_.detach(), (power + 1.0) / (power + static_cast<double>(step_)));
    return loss;
  }

  TrainingState state() const {
    TrainingState state;
    state.step = step_;
    state.weights = to_vector(weights_.detach());
    state.averaged_weights = to_vector(averaged_);
    const auto found = adam_.state().find(weights_.unsafeGetTensorImpl());
    if (found != adam_.state().end()) {
      const auto& moments = static_cast<const torch::optim::AdamParamState&>(*found->second);
      state.gradient_mean = to_vector(moments.exp_avg());
      state.gradient_square = to_vector(moments.exp_avg_sq());
    }
    return state;
  }

  void restore(const TrainingState& state) {
    const auto size = static_cast<std::size_t>(weights_.numel());
    for (const auto* values : {&state.weights, &state.averaged_weights, &state.gradient_mean, &state.gradient_square}) {
      if (values->size() != size) throw InputError("a training state is of another network: train again with --overwrite");
    }
    const at::NoGradGuard guard;
    weights_.copy_(to_tensor(state.weights));
    averaged_.copy_(to_tensor(state.averaged_weights));
    auto moments = std::make_unique<torch::optim::AdamParamState>();
    moments->step(state.step);
    moments->exp_avg(to_tensor(state.gradient_mean));
    moments->exp_avg_sq(to_tensor(state.gradient_square));
    adam_.state()[weights_.unsafeGetTensorImpl()] = std::move(moments);
    step_ = state.step;
  }

  Model model() const { return {settings_.network, reference_, frequencies_, to_vector(averaged_)}; }

 private:
  /// This rank's part of the batch of a step.
  struct Batch {
    at::Tensor xh, target, coordinates, weights;
  };

  double learning_rate() const {
    const TrainParams& t = settings_.train;
    const auto n = static_cast<double>(step_ + 1);
    const double rise = t.warmup > 0 ? std::min(1.0, n / static_cast<double>(t.warmup)) : 1.0;
    const double part = std::clamp((n - static_cast<double>(t.warmup)) / static_cast<double>(t.steps - t.warmup), 0.0, 1.0);
    double fall = 1.0;
    if (t.schedule == "cosine") fall = 0.5 * (1.0 + std::cos(std::numbers::pi * part));
    if (t.schedule == "linear") fall = 1.0 - part;
    return t.learning_rate * rise * fall;
  }

  /// Weight of (F - F*)^2. lambda(t) |s - s*|^2 = lambda v/(r^2 f^2 (v + r^2)) (F - F*)^2, r = sqrt(Xi)/f.
  double weight_at(const NoiseLevel& level) const {
    if (settings_.train.weight == "unit") return 1.0;
    const double deviation = total_deviation(level, reference_);
    const double lambda = settings_.train.weight == "xi" ? level.noise_variance : std::sqrt(level.noise_variance);
    return lambda * reference_.variance * level.kept * level.kept / (level.noise_variance * deviation * deviation);
  }

  /// Configurations and noise of a level come from a rank-one lattice in the unit square, (i/n + r_1, i g + r_2) modulo 1 with the golden
  /// ratio g and random shifts r (Cranley & Patterson 1976): both are evenly spread at every level of every step, each point still
  /// uniform. At equal cost the error of the cumulants is a quarter to a half of that of independent draws.
  Batch make_batch() const {
    const auto per_level = settings_.train.per_level;
    const auto levels = static_cast<std::size_t>(mine_.size());
    const auto step = static_cast<std::uint64_t>(step_);
    std::vector<double> positions(levels), shifts(2 * levels);
    fill_uniforms({settings_.seed, Stream::train_level, step}, static_cast<std::uint64_t>(mine_.begin), positions);
    fill_uniforms({settings_.seed, Stream::train_shift, step}, static_cast<std::uint64_t>(2 * mine_.begin), shifts);
    Batch b{at::empty({mine_.size(), per_level}, at::kFloat), at::empty({mine_.size(), per_level}, at::kFloat),
            at::empty({mine_.size()}, at::kFloat), at::empty({mine_.size(), 1}, at::kFloat)};
    for (std::size_t l = 0; l < levels; ++l) {
      const double stratum = static_cast<double>(mine_.begin) + static_cast<double>(l) + positions[l];
      const NoiseLevel level = levels_.at(stratum / static_cast<double>(settings_.train.levels));
      b.coordinates.data_ptr<float>()[l] = static_cast<float>(level_coordinate(level, reference_));
      b.weights.data_ptr<float>()[l] = static_cast<float>(weight_at(level));
      const std::size_t first = l * static_cast<std::size_t>(per_level);
      fill_level(level, shifts[2 * l], shifts[2 * l + 1], b.xh.data_ptr<float>() + first, b.target.data_ptr<float>() + first);
    }
    return b;
  }

  void fill_level(const NoiseLevel& level, double shift_data, double shift_noise, float* xh, float* target) const {
    const std::int64_t count = settings_.train.per_level;
    const double alpha = 2.0 * std::atan(std::exp(level_coordinate(level, reference_)));
    const double cosine = std::cos(alpha), sine = std::sin(alpha);
    const double inverse = 1.0 / std::sqrt(reference_.variance);
    for (std::int64_t i = 0; i < count; ++i) {
      const auto n = static_cast<double>(i);
      const double u = fraction(n / static_cast<double>(count) + shift_data);
      const double v = fraction(n * (std::numbers::phi - 1.0) + shift_noise);
      const auto pick = std::min(data_.size() - 1, static_cast<std::size_t>(u * static_cast<double>(data_.size())));
      const double z = (data_[pick] - reference_.mean) * inverse;
      const double noise = normal_quantile(v);
      xh[i] = static_cast<float>(z * cosine + noise * sine);
      target[i] = static_cast<float>(z * sine - noise * cosine);
    }
  }

  double backward() {
    const Batch b = make_batch();
    const at::Tensor deviation = mlp_.forward(mlp_.unpack(weights_), b.xh, b.coordinates) - b.target;
    const double batch_size = static_cast<double>(settings_.train.levels * settings_.train.per_level);
    const at::Tensor loss = (deviation.square() * b.weights).sum() / batch_size;
    loss.backward();
    return loss.item<double>();
  }

  /// A rank with no levels (more ranks than levels) adds nothing.
  double zero_gradient() {
    weights_.mutable_grad() = at::zeros_like(weights_);
    return 0.0;
  }

  const Comm& comm_;
  Settings settings_;
  std::span<const double> data_;
  Reference reference_;
  std::vector<double> frequencies_;
  Mlp mlp_;
  at::Tensor weights_;               ///< all parameters, one leaf
  at::Tensor averaged_;              ///< their average, step n counting as n^p
  mutable torch::optim::Adam adam_;  ///< mutable: torch gives its state only to non-const
  LevelDensity levels_;
  Range mine_;  ///< levels of the batch that fall to this rank
  std::int64_t step_ = 0;
};

Trainer::Trainer(const Comm& comm, const Settings& settings, std::span<const double> data, const Reference& reference)
    : implementation_(std::make_unique<Implementation>(comm, settings, data, reference)) {}
Trainer::~Trainer() = default;
double Trainer::step() { return implementation_->step(); }
TrainingState Trainer::state() const { return implementation_->state(); }
void Trainer::restore(const TrainingState& state) { implementation_->restore(state); }
Model Trainer::model() const { return implementation_->model(); }

void set_torch_threads(int threads) { at::set_num_threads(threads); }

const char* torch_version() { return TORCH_VERSION; }

}  // namespace scorefield
