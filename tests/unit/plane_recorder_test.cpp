#include "observables/plane_recorder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>

#include "base/rng.h"

namespace scorefield {
namespace {

constexpr std::size_t kCount = 40000;

std::vector<double> points() {
  std::vector<double> normals(2 * kCount), xy(2 * kCount);
  fill_normals({11, Stream::prior, 0}, 0, normals);
  for (std::size_t i = 0; i < kCount; ++i) {  // not Gaussian
    const double a = normals[2 * i], b = normals[2 * i + 1];
    xy[2 * i] = 0.6 * a + 0.05 * a * a * a;
    xy[2 * i + 1] = -0.2 * a + 0.3 * b;
  }
  return xy;
}

/// Re, Im of <z^n>, n = 1 .. 8, and <x^a y^b>.
std::vector<double> moments_of(const std::vector<double>& xy) {
  const PlaneRecorder recorder(std::vector<NoiseLevel>(1));
  const std::vector<double> sums = recorder.sums(0, xy);
  std::vector<double> means(sums.begin(), sums.begin() + 2 * kMaxOrder);
  means.insert(means.end(), sums.begin() + kHolomorphicSums, sums.end());
  const std::size_t points = xy.size() / 2;
  for (double& value : means) value /= static_cast<double>(points);
  return means;
}

// Sums are those of plain loops.
TEST(PlaneRecorder, Sums) {
  const std::vector<double> xy = points(), got = moments_of(xy);
  double re = 0.0, mixed = 0.0;
  for (std::size_t i = 0; i < xy.size(); i += 2) {
    re += std::pow(std::complex<double>(xy[i], xy[i + 1]), 3).real();
    mixed += xy[i] * std::pow(xy[i + 1], 3);
  }
  EXPECT_NEAR(got[4], re / kCount, 1e-10);
  EXPECT_NEAR(got[2 * kMaxOrder + 6], mixed / kCount, 1e-12);
}

// Moments at a level from those at t = 0, against configurations that noise was added to (4.5 sigma of the noise); with the noise of x
// alone in the place of both the holomorphic law does not hold.
TEST(PlaneRecorder, LawOfTheForwardProcess) {
  const NoiseLevel level{0.5, 0.7, 0.3};
  const std::vector<double> xy = points(), expected = plane_moments_at(moments_of(xy), level);
  std::vector<double> noise(2 * kCount);
  fill_normals({12, Stream::forward_noise, 0}, 0, noise);
  for (const bool both : {true, false}) {
    std::vector<double> noisy(xy.size()), squares(expected.size(), 0.0);
    for (std::size_t i = 0; i < xy.size(); ++i) {
      noisy[i] = level.kept * xy[i] + (both || i % 2 == 0 ? std::sqrt(level.noise_variance) * noise[i] : 0.0);
    }
    const std::vector<double> got = moments_of(noisy);
    double most = 0.0;
    for (const std::size_t i : {2, 3, 6, 16, 17, 18, 19, 20, 21, 22, 23}) {  // Re, Im of z^2, Re z^4, and all x^a y^b
      double second = 0.0;
      for (std::size_t k = 0; k < noisy.size(); k += 2) {
        const std::vector<double> one = moments_of({noisy[k], noisy[k + 1]});
        second += one[i] * one[i];
      }
      most = std::max(most, std::abs(got[i] - expected[i]) / std::sqrt(second / kCount / kCount));
    }
    EXPECT_TRUE(both ? most < 4.5 : most > 20.0) << most;
  }
}

}  // namespace
}  // namespace scorefield
