#include "learning/weight_optimiser.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"
#include "learning/mlp.h"

namespace scorefield {
namespace {

std::vector<double> to_vector(const at::Tensor& tensor) {
  const float* values = tensor.data_ptr<float>();
  return {values, values + tensor.numel()};
}

}  // namespace

WeightOptimiser::WeightOptimiser(const TrainParams& train, const std::vector<double>& initial)
    : train_(train),
      weights_(to_tensor(initial).requires_grad_(true)),
      averaged_(weights_.detach().clone()),
      adam_({weights_}, torch::optim::AdamOptions(train.learning_rate).betas({train.beta1, train.beta2})) {
  weights_.mutable_grad() = at::zeros_like(weights_);
}

std::vector<double> WeightOptimiser::averaged() const { return to_vector(averaged_); }

double WeightOptimiser::learning_rate() const {
  const auto n = static_cast<double>(step_ + 1), warmup = static_cast<double>(train_.warmup);
  const double rise = train_.warmup > 0 ? std::min(1.0, n / warmup) : 1.0;
  const double part = std::clamp((n - warmup) / static_cast<double>(train_.steps - train_.warmup), 0.0, 1.0);
  double fall = 1.0;
  if (train_.schedule == "cosine") fall = 0.5 * (1.0 + std::cos(std::numbers::pi * part));
  if (train_.schedule == "linear") fall = 1.0 - part;
  return train_.learning_rate * rise * fall;
}

void WeightOptimiser::advance(const Comm& comm) {
  const at::Tensor gradient = weights_.grad();
  comm.sum(std::span(gradient.data_ptr<float>(), static_cast<std::size_t>(gradient.numel())));
  const at::NoGradGuard guard;
  if (train_.clip > 0.0) {
    const double norm = gradient.norm().item<double>();
    if (norm > train_.clip) gradient.mul_(train_.clip / norm);
  }
  static_cast<torch::optim::AdamOptions&>(adam_.param_groups()[0].options()).lr(learning_rate());
  adam_.step();
  adam_.zero_grad(false);
  ++step_;
  averaged_.lerp_(weights_.detach(), (train_.averaging + 1.0) / (train_.averaging + static_cast<double>(step_)));
}

TrainingState WeightOptimiser::state() const {
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

void WeightOptimiser::restore(const TrainingState& state) {
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

}  // namespace scorefield
