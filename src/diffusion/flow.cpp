#include "diffusion/flow.h"

#include <cmath>

namespace scorefield {

void PointFlow::to_field(const NoiseLevel& level, std::span<const double> whitened, std::span<double> out) {
  const double deviation = total_deviation(level, reference_);
  const double centre = level.kept * reference_.mean;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = centre + deviation * whitened[i];
}

/// -sin(alpha) times the network's preconditioned output.
void PointFlow::slope(const NoiseLevel& level, std::span<const double> whitened, std::span<double> out) {
  field_.resize(whitened.size());
  values_.resize(whitened.size());
  to_field(level, whitened, field_);
  score_.evaluate(level, field_, values_);
  const double ratio = noise_ratio(level);
  const double factor = -ratio * ratio / std::sqrt(reference_.variance) * level.kept;
  const double inverse = 1.0 / total_deviation(level, reference_);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = factor * (values_[i] + inverse * whitened[i]);
}

void PointFlow::lift(const NoiseLevel& from, const NoiseLevel& to, std::span<const double> noise, std::span<double> whitened) {
  const Transition t = transition(from, to);
  const double deviation = total_deviation(to, reference_);
  const double kept = t.kept * total_deviation(from, reference_) / deviation, amplitude = std::sqrt(t.noise_variance) / deviation;
  for (std::size_t i = 0; i < whitened.size(); ++i) whitened[i] = kept * whitened[i] + amplitude * noise[i];
}

/// x - Xi-flow gives xh + (alpha/2) F, F the slope over -sin(alpha).
void PointFlow::finish(const NoiseLevel& from, std::span<double> whitened) {
  std::vector<double> slopes(whitened.size());
  slope(from, whitened, slopes);
  const double alpha = std::atan(noise_ratio(from) / std::sqrt(reference_.variance));
  const double factor = -0.5 * alpha / std::sin(alpha);
  for (std::size_t i = 0; i < whitened.size(); ++i) whitened[i] += factor * slopes[i];
}

}  // namespace scorefield
