#include "ensemble/posterior.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "lattice/hartley.h"
#include "lattice_support.h"
#include "physics/free_field.h"

namespace scorefield {
namespace {

constexpr Extents kLattice{4, 6};
constexpr std::size_t kSites = 24;

ModelParams model_of(double kappa, double lambda) {
  ModelParams model;
  model.name = lambda > 0.0 ? "phi4" : "gaussian-field";
  model.kappa = kappa;
  model.lambda = lambda;
  return model;
}

/// Means of many chains from the same y, and their errors.
struct Means {
  std::vector<double> mean, error;
};
Means posterior_means(const ModelParams& model, double ratio, std::span<const double> y, std::int64_t chains) {
  Posterior posterior(model, kLattice, 7);
  posterior.set_noise(ratio, 1.0);
  Means means{std::vector<double>(kSites, 0.0), std::vector<double>(kSites, 0.0)};
  std::vector<double> burnt(kSites), sum(kSites);
  for (std::int64_t chain = 0; chain < chains; ++chain) {
    posterior.start(chain, y, y);
    posterior.advance(60, burnt);
    std::fill(sum.begin(), sum.end(), 0.0);
    posterior.advance(40, sum);
    for (std::size_t x = 0; x < kSites; ++x) {
      means.mean[x] += sum[x] / 40.0 / static_cast<double>(chains);
      means.error[x] += sum[x] * sum[x] / 1600.0 / static_cast<double>(chains);
    }
  }
  for (std::size_t x = 0; x < kSites; ++x) {
    means.error[x] = std::sqrt((means.error[x] - means.mean[x] * means.mean[x]) / static_cast<double>(chains - 1));
  }
  return means;
}

// The free field: the mean is the Wiener filter of y, G/(G + r^2) mode by mode. 24 sites at 4 noises within 4.5 sigma; the filter of half
// the noise is not.
TEST(Posterior, FreeFieldIsTheWienerFilter) {
  constexpr double kKappa = 0.2;
  Hartley hartley = Hartley::orthogonal({4, 6});
  const std::vector<double> y = test::some_normals(kSites, 11);
  for (const double ratio : {0.1, 0.5, 2.0, 10.0}) {
    const Means means = posterior_means(model_of(kKappa, 0.0), ratio, y, 100);
    const auto largest_deviation = [&](double at) {
      std::vector<double> h(kSites);
      hartley.transform(y, h);
      for (std::size_t n = 0; n < kSites; ++n) {
        const std::size_t row = n / 6;
        const double ky = 2.0 * std::numbers::pi * static_cast<double>(row) / 4.0,
                     kx = 2.0 * std::numbers::pi * static_cast<double>(n % 6) / 6.0;
        const double g = 1.0 / (2.0 - 4.0 * kKappa * (std::cos(ky) + std::cos(kx)));
        h[n] *= g / (g + at * at);
      }
      hartley.transform(h, h);
      double largest = 0.0;
      for (std::size_t x = 0; x < kSites; ++x) largest = std::max(largest, std::fabs(means.mean[x] - h[x]) / means.error[x]);
      return largest;
    };
    EXPECT_LT(largest_deviation(ratio), 4.5) << ratio;
    EXPECT_GT(largest_deviation(0.5 * ratio), 10.0) << ratio;
  }
}

// Interacting, against importance sampling by plain sums: phi from N(y, r^2) with the weight exp(-S). 24 sites within 4.5 sigma of both
// errors.
TEST(Posterior, InteractingAgreesWithWeights) {
  const ModelParams model = model_of(0.3, 0.5);
  const test::PlainPhi4 plain{kLattice, model.kappa, model.lambda};
  const std::vector<double> y = test::some_normals(kSites, 12);
  constexpr double kRatio = 0.35;
  constexpr std::size_t kDraws = 200000;
  std::vector<double> noise = test::some_normals(kSites * kDraws, 13), mean(kSites, 0.0), square(kSites, 0.0);
  const double at_y = static_cast<double>(plain.action(y));
  double all = 0.0;
  for (std::size_t i = 0; i < kDraws; ++i) {
    const auto phi = std::span(noise).subspan(i * kSites, kSites);
    for (std::size_t x = 0; x < kSites; ++x) phi[x] = y[x] + kRatio * phi[x];
    const double weight = std::exp(at_y - static_cast<double>(plain.action(phi)));
    all += weight;
    for (std::size_t x = 0; x < kSites; ++x) {
      mean[x] += weight * phi[x];
      square[x] += weight * weight * phi[x] * phi[x];
    }
  }
  const Means means = posterior_means(model, kRatio, y, 100);
  for (std::size_t x = 0; x < kSites; ++x) {
    const double expected = mean[x] / all, error = std::sqrt(square[x]) / all;
    EXPECT_NEAR(means.mean[x], expected, 4.5 * std::hypot(error, means.error[x])) << x;
  }
}

// At y = 0 both signs are alike, and the mean is 0 to the bit; a chain has the same bits whatever was done before.
TEST(Posterior, SignsAndBits) {
  Posterior posterior(model_of(0.4, 0.022), kLattice, 7);
  posterior.set_noise(3.0, 10.0);
  const std::vector<double> zero(kSites, 0.0), phi = test::some_normals(kSites, 2);
  std::vector<double> first(kSites, 0.0), other(kSites, 0.0), again(kSites, 0.0);
  posterior.start(1, zero, phi);
  posterior.advance(10, first);
  for (const double v : first) EXPECT_EQ(v, 0.0);
  EXPECT_GT(posterior.acceptance(), 0.5);
  posterior.start(2, phi, phi);
  posterior.advance(10, other);
  posterior.start(1, zero, phi);
  posterior.advance(3, first);
  posterior.start(2, phi, phi);
  posterior.advance(10, again);
  EXPECT_EQ(test::bits(again), test::bits(other));
}

}  // namespace
}  // namespace scorefield
