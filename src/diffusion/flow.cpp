#include "diffusion/flow.h"

#include <cmath>

namespace scorefield {

void PointFlow::to_field(const NoiseLevel& level, std::span<const double> whitened, std::span<double> out) {
  reference_.unwhiten(level, whitened, out);
}

/// Along the only axis, -sin(alpha) times the network's preconditioned output.
void PointFlow::slope(const NoiseLevel& level, std::span<const double> whitened, std::span<double> out) {
  field_.resize(whitened.size());
  values_.resize(whitened.size());
  to_field(level, whitened, field_);
  score_.evaluate(level, field_, values_);
  reference_.to_axes(values_, values_);
  const double ratio = noise_ratio(level), widest = reference_.variances.front();
  for (std::size_t c = 0; c < numbers(); ++c) {
    const double narrower = std::sqrt(ratio * ratio + widest) / std::sqrt(ratio * ratio + reference_.variances[c]);
    const double factor = -ratio * ratio / std::sqrt(widest) * level.kept * narrower;
    const double inverse = 1.0 / reference_.deviation(level, c);
    for (std::size_t i = c; i < out.size(); i += numbers()) out[i] = factor * (values_[i] + inverse * whitened[i]);
  }
}

void PointFlow::lift(const NoiseLevel& from, const NoiseLevel& to, std::span<const double> noise, std::span<double> whitened) {
  const Transition t = transition(from, to);
  for (std::size_t c = 0; c < numbers(); ++c) {
    const double deviation = reference_.deviation(to, c);
    const double kept = t.kept * reference_.deviation(from, c) / deviation, amplitude = std::sqrt(t.noise_variance) / deviation;
    for (std::size_t i = c; i < whitened.size(); i += numbers()) whitened[i] = kept * whitened[i] + amplitude * noise[i];
  }
}

/// With tan(alpha_i) = r/sqrt(v_i) the flow is d xh_i/d alpha_i = -F_i, and F_i is linear in alpha_i near 0: xh_i + alpha_i F_i/2.
void PointFlow::finish(const NoiseLevel& from, std::span<double> whitened) {
  std::vector<double> slopes(whitened.size());
  slope(from, whitened, slopes);
  const double ratio = noise_ratio(from), widest = reference_.variances.front();
  for (std::size_t c = 0; c < numbers(); ++c) {
    const double variance = reference_.variances[c], alpha = std::atan(ratio / std::sqrt(variance));
    const double wider = std::sqrt(widest * (variance + ratio * ratio)) / std::sqrt(variance * (widest + ratio * ratio));
    const double factor = -0.5 * alpha / std::sin(alpha) * wider;
    for (std::size_t i = c; i < whitened.size(); i += numbers()) whitened[i] += factor * slopes[i];
  }
}

}  // namespace scorefield
