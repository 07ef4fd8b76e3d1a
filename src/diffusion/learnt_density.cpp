#include "diffusion/learnt_density.h"

#include <cmath>

namespace scorefield {

LearntDensity::LearntDensity(const Model& model)
    : reference_(model.reference),
      score_(make_learnt_score(model)),
      mlp_(model.network, model.frequencies, model.weights, model.reference) {}

void LearntDensity::to_log_density(const NoiseLevel& level, std::span<const float> potential, std::span<const double> whitened,
                                   std::span<double> out) const {
  const std::size_t n = reference_.components();
  const double factor = std::sqrt(reference_.variances.back()) / noise_ratio(level);
  for (std::size_t j = 0; j < out.size(); ++j) out[j] = factor * static_cast<double>(potential[j]);
  for (std::size_t i = 0; i < whitened.size(); ++i) out[i / n] -= 0.5 * whitened[i] * whitened[i];
}

void LearntDensity::log_density(const NoiseLevel& level, std::span<const double> whitened, std::span<double> out) const {
  const std::vector<float> xh(whitened.begin(), whitened.end());
  std::vector<float> potential(out.size());
  mlp_.potential(level_coordinate(level, reference_.scale()), xh, potential);
  to_log_density(level, potential, whitened, out);
}

void LearntDensity::evaluate(const NoiseLevel& level, std::span<const double> whitened, std::span<double> log_density,
                             std::span<double> slope) const {
  const std::size_t n = reference_.components();
  const std::vector<float> xh(whitened.begin(), whitened.end());
  std::vector<float> potential(log_density.size()), flow(whitened.size());
  mlp_.evaluate(level_coordinate(level, reference_.scale()), xh, flow, potential);
  to_log_density(level, potential, whitened, log_density);
  for (std::size_t i = 0; i < whitened.size(); ++i) {
    slope[i] = std::sqrt(reference_.variances[i % n]) / noise_ratio(level) * static_cast<double>(flow[i]) - whitened[i];
  }
}

}  // namespace scorefield
