// Forward processes dx = -(c/2) g^2 x dt + g dW with g = sigma^t, 0 <= t <= T = 1. Local.
#pragma once

#include "physics/exact_law.h"

namespace scorefield {

/// Mean and variance of the data; the Gaussian with them is the reference of samplers and networks.
struct Reference {
  double mean = 0.0;
  double variance = 1.0;
};

/// VE (c = 0), VP (c = 1) and every c between: with u(t) = (sigma^{2t} - 1)/(2 ln sigma),
/// f = e^{-c u/2} and Xi = (1 - e^{-c u})/c, which is u for c = 0.
class Schedule {
 public:
  /// c >= 0, sigma > 1.
  Schedule(double c, double sigma);

  /// The level at 0 <= t <= T; the formulas hold beyond T, too.
  NoiseLevel at(double time) const;
  /// g(t)^2 and k(t) = c g(t)^2.
  double diffusion_squared(double time) const;
  double contraction(double time) const { return c_ * diffusion_squared(time); }

  /// The level whose sqrt(Xi)/f is `ratio` >= 0, be it beyond T.
  NoiseLevel at_ratio(double ratio) const;

 private:
  double c_;
  double log_sigma_;
};

/// sqrt(Xi)/f of a level: the noise in units of the signal.
double noise_ratio(const NoiseLevel& level);

/// Standard deviation of x_t for data with this reference: sqrt(variance f^2 + Xi).
double total_deviation(const NoiseLevel& level, const Reference& reference);

/// The level coordinate l = -asinh(sd f/sqrt(Xi)) in (-infinity, 0): log-noise where the noise is below the
/// signal, linear in 1/noise where it is above. With the angle alpha = atan(sqrt(Xi)/(f sd)), l = ln tan(alpha/2).
double level_coordinate(const NoiseLevel& level, const Reference& reference);
/// The same from sqrt(Xi)/f and the variance.
double coordinate_of_ratio(double ratio, double variance);
double ratio_of_coordinate(double coordinate, const Reference& reference);

/// Decay and added variance of the forward process from one level to a noisier one.
struct Transition {
  double kept = 1.0;
  double noise_variance = 0.0;
};
Transition transition(const NoiseLevel& from, const NoiseLevel& to);

}  // namespace scorefield
