#include "physics/complex_gaussian.h"

#include <gtest/gtest.h>

#include <cmath>

namespace scorefield {
namespace {

using Complex = std::complex<double>;

void expect_near(const PlaneCovariance& a, const PlaneCovariance& b, double tolerance) {
  EXPECT_NEAR(a.xx, b.xx, tolerance);
  EXPECT_NEAR(a.xy, b.xy, tolerance);
  EXPECT_NEAR(a.yy, b.yy, tolerance);
}

/// E C E^T, E the multiplication by a complex number.
PlaneCovariance turned(Complex e, const PlaneCovariance& c) {
  const double p = e.real(), q = e.imag();
  return {p * p * c.xx - 2.0 * p * q * c.xy + q * q * c.yy, p * q * c.xx + (p * p - q * q) * c.xy - p * q * c.yy,
          q * q * c.xx + 2.0 * p * q * c.xy + p * p * c.yy};
}

TEST(ComplexGaussian, RealNoiseHasTheKnownDensity) {
  const double a = 1.3, b = -0.6, alpha = a, beta = a * (1.0 + 2.0 * a * a / (b * b)), gamma = a * a / b;
  const double determinant = 4.0 * (alpha * beta - gamma * gamma);  // of the inverse of the covariance, 2 (alpha, gamma; gamma, beta)
  expect_near(stationary_covariance({a, b}, 0.0), {2.0 * beta / determinant, -2.0 * gamma / determinant, 2.0 * alpha / determinant}, 1e-14);
  expect_near(stationary_covariance({1.0, 1.0}, 0.0), {0.75, -0.25, 0.25}, 1e-15);
}

TEST(ComplexGaussian, HolomorphicMomentIsRightForAnyNoise) {
  for (const double noise_y : {0.0, 0.4, 3.0}) {
    const Complex sigma(0.7, 1.9);
    const PlaneCovariance c = stationary_covariance(sigma, noise_y);
    EXPECT_LT(std::abs(Complex(c.xx - c.yy, 2.0 * c.xy) - 1.0 / sigma), 1e-14);
  }
}

// Two transitions after each other are one of twice the time; a short one has the noise's own variance.
TEST(ComplexGaussian, TransitionsCompose) {
  const Complex sigma(0.9, -1.1);
  for (const double noise_y : {0.0, 0.5}) {
    const PlaneCovariance once = transition_covariance(sigma, noise_y, 0.3), moved = turned(std::exp(-sigma * 0.3), once);
    expect_near(transition_covariance(sigma, noise_y, 0.6), {once.xx + moved.xx, once.xy + moved.xy, once.yy + moved.yy}, 1e-14);
    const double t = 1e-6;
    expect_near(transition_covariance(sigma, noise_y, t), {2.0 * (1.0 + noise_y) * t, 0.0, 2.0 * noise_y * t}, 10.0 * t * t);
    expect_near(transition_covariance(sigma, noise_y, 100.0), stationary_covariance(sigma, noise_y), 1e-14);
  }
}

}  // namespace
}  // namespace scorefield
