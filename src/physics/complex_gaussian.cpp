#include "physics/complex_gaussian.h"

namespace scorefield {

PlaneCovariance stationary_covariance(std::complex<double> sigma, double noise_y) {
  const double a = sigma.real(), b = sigma.imag();
  const double xy = -b / (2.0 * std::norm(sigma));
  return {(1.0 + noise_y + b * xy) / a, xy, (noise_y - b * xy) / a};
}

PlaneCovariance transition_covariance(std::complex<double> sigma, double noise_y, double time) {
  const PlaneCovariance c = stationary_covariance(sigma, noise_y);
  const std::complex<double> kept = std::exp(-sigma * time);
  const double p = kept.real(), q = kept.imag();
  return {c.xx - (p * p * c.xx - 2.0 * p * q * c.xy + q * q * c.yy), c.xy - (p * q * (c.xx - c.yy) + (p * p - q * q) * c.xy),
          c.yy - (q * q * c.xx + 2.0 * p * q * c.xy + p * p * c.yy)};
}

}  // namespace scorefield
