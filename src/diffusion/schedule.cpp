#include "diffusion/schedule.h"

#include <algorithm>
#include <cmath>

namespace scorefield {

Schedule::Schedule(double c, double sigma) : c_(c), log_sigma_(std::log(sigma)) {}

NoiseLevel Schedule::at(double time) const {
  const double u = std::expm1(2.0 * log_sigma_ * time) / (2.0 * log_sigma_);
  if (c_ == 0.0) return {time, 1.0, u};
  return {time, std::exp(-0.5 * c_ * u), -std::expm1(-c_ * u) / c_};
}

double Schedule::diffusion_squared(double time) const { return std::exp(2.0 * log_sigma_ * time); }

NoiseLevel Schedule::at_ratio(double ratio) const {
  const double u = c_ == 0.0 ? ratio * ratio : std::log1p(c_ * ratio * ratio) / c_;
  return at(std::log1p(2.0 * log_sigma_ * u) / (2.0 * log_sigma_));
}

double noise_ratio(const NoiseLevel& level) { return std::sqrt(level.noise_variance) / level.kept; }

double total_deviation(const NoiseLevel& level, const Reference& reference) {
  return std::sqrt(reference.variance * level.kept * level.kept + level.noise_variance);
}

double level_coordinate(const NoiseLevel& level, const Reference& reference) {
  return coordinate_of_ratio(noise_ratio(level), reference.variance);
}

double coordinate_of_ratio(double ratio, double variance) { return -std::asinh(std::sqrt(variance) / ratio); }

double ratio_of_coordinate(double coordinate, const Reference& reference) { return std::sqrt(reference.variance) / std::sinh(-coordinate); }

Transition transition(const NoiseLevel& from, const NoiseLevel& to) {
  const double kept = to.kept / from.kept;
  return {kept, std::max(0.0, to.noise_variance - kept * kept * from.noise_variance)};
}

}  // namespace scorefield
