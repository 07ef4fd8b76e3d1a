#include "denoiser/zero_mode.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lattice_support.h"

namespace scorefield {
namespace {

/// One pair, at several distances, and two.
std::vector<ZeroMode> laws() {
  std::vector<ZeroMode> all;
  for (const double centre : {0.0, 0.3, 2.0, 12.0, 120.0}) all.push_back({{{1.0, centre, 0.36}}});
  all.push_back({{{0.25, 0.4, 0.5}, {0.75, 3.0, 0.2}}});
  return all;
}

// There and back, in the tails, at the peaks and between them, for peaks that overlap and peaks that do not; the slope is the derivative.
TEST(ZeroMode, WhiteningInvertsItself) {
  for (const ZeroMode& law : laws()) {
    const ZeroModeLevel level(law, 0.0);
    for (const double z : {-6.0, -2.5, -0.7, -1e-3, 1e-6, 0.1, 0.6, 1.3, 3.0, 8.0}) {
      const double x = level.unwhiten(z), h = 1e-5;
      EXPECT_NEAR(level.whiten(x), z, 1e-9 * (1.0 + std::fabs(z))) << law.pairs[0].centre << " " << z;
      const double slope = (level.whiten(x + h) - level.whiten(x - h)) / (2.0 * h);
      EXPECT_NEAR(level.slope(x), slope, 1e-4 * slope + 1e-9) << law.pairs[0].centre << " " << z;
    }
    EXPECT_EQ(level.whiten(0.0), 0.0);
  }
  for (const double centre : {2.0, 12.0, 120.0}) {
    EXPECT_NEAR(ZeroModeLevel({{{1.0, centre, 0.36}}}, 0.0).unwhiten(0.6744897501960817), centre, 0.6 * std::exp(-centre));  // the quartile
  }
}

// A hundred deviations away from all peaks everything stays finite and monotonic.
TEST(ZeroMode, FarAway) {
  const ZeroModeLevel level({{{0.25, 0.4, 0.5}, {0.75, 3.0, 0.2}}}, 0.1);
  EXPECT_GT(level.whiten(200.0), level.whiten(100.0));
  EXPECT_NEAR(level.sign(100.0), 1.0, 1e-12);
  EXPECT_NEAR(level.denoised(-100.0), -level.denoised(100.0), 1e-12);
}

// The law with noise is the law of pairs with so much more variance; the denoiser follows from it by Tweedie's formula, with a numerical
// derivative of log p, and the mean sign of one pair is a tanh.
TEST(ZeroMode, DenoisesByTweedie) {
  constexpr double kRatio = 0.8, kStep = 1e-4;
  for (const ZeroMode& law : laws()) {
    const ZeroModeLevel level(law, kRatio);
    const auto log_density = [&](double h) {
      double sum = 0.0;
      for (const PeakPair& pair : law.pairs) {
        const double variance = pair.variance + kRatio * kRatio;
        for (const double s : {1.0, -1.0}) {
          sum += pair.weight / std::sqrt(variance) * std::exp(-0.5 * (h - s * pair.centre) * (h - s * pair.centre) / variance);
        }
      }
      return std::log(sum);
    };
    for (const double h : {-2.5, 0.2, 1.0}) {
      if (law.pairs[0].centre > 20.0) continue;
      const double tweedie = h + kRatio * kRatio * (log_density(h + kStep) - log_density(h - kStep)) / (2.0 * kStep);
      EXPECT_NEAR(level.denoised(h), tweedie, 1e-5) << law.pairs[0].centre << " " << h;
    }
  }
  EXPECT_NEAR(ZeroModeLevel({{{1.0, 2.0, 0.36}}}, kRatio).sign(0.3), std::tanh(2.0 * 0.3), 1e-12);
  EXPECT_EQ(ZeroModeLevel({{{1.0, 0.0, 0.36}}}, kRatio).sign(0.3), 0.0);
}

// Drawn from two pairs: the fit has the numbers' <h^2> to rounding, <h^4> and the distribution function within the statistical error of
// 20000 (5 sigma), and does not depend on their order or signs.
TEST(ZeroMode, FitsItsNumbers) {
  constexpr std::size_t kCount = 20000;
  const std::vector<double> normals = test::some_normals(2 * kCount, 77);
  std::vector<double> values(kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    const bool inner = normals[kCount + i] < -0.6744897501960817;  // a quarter
    values[i] = (inner ? 0.4 : 3.0) + (inner ? 0.7 : 0.45) * normals[i];
  }
  const ZeroMode law = fit_zero_mode(values, 4);
  double square = 0.0, fourth = 0.0, eighth = 0.0, below = 0.0, of_law = 0.0;
  for (const double v : values) {
    square += v * v / kCount;
    fourth += std::pow(v, 4) / kCount;
    eighth += std::pow(v, 8) / kCount;
    below += std::fabs(v) < 1.5 ? 1.0 / kCount : 0.0;
  }
  for (const PeakPair& p : law.pairs) {
    of_law += p.weight * (std::pow(p.centre, 4) + 6.0 * p.centre * p.centre * p.variance + 3.0 * p.variance * p.variance);
  }
  EXPECT_NEAR(law.square(), square, 1e-12 * square);
  EXPECT_NEAR(of_law, fourth, 5.0 * std::sqrt((eighth - fourth * fourth) / kCount));
  EXPECT_NEAR(std::erf(ZeroModeLevel(law, 0.0).whiten(1.5) / std::sqrt(2.0)), below, 5.0 * std::sqrt(below * (1.0 - below) / kCount));
  std::reverse(values.begin(), values.end());
  for (double& v : values) v = -v;
  EXPECT_EQ(numbers_of(fit_zero_mode(values, 4)), numbers_of(law));
  EXPECT_EQ(numbers_of(zero_mode_of(numbers_of(law))), numbers_of(law));
}

// Degenerate: numbers that are Gaussian leave all pairs with a finite, positive width; numbers that are all alike are refused.
TEST(ZeroMode, FitsWhatIsPlain) {
  const std::vector<double> normals = test::some_normals(500, 78);
  for (const PeakPair& p : fit_zero_mode(normals, 6).pairs) {
    EXPECT_GT(p.variance, 0.0);
    EXPECT_TRUE(std::isfinite(p.centre));
  }
  EXPECT_ANY_THROW(fit_zero_mode(std::vector<double>(10, -2.0), 2));
}

}  // namespace
}  // namespace scorefield
