#include "physics/plane_grid.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "physics/complex_gaussian.h"
#include "physics/complex_moments.h"

namespace scorefield {
namespace {

using Complex = std::complex<double>;
constexpr Complex kSigma(1.0, 1.0);

/// P(x,y) of complex Langevin of the Gaussian with noise r in both, at all points.
std::vector<double> gaussian(const PlaneGrid& grid, double noise) {
  const PlaneCovariance c = stationary_covariance(kSigma, 0.0);
  const double xx = c.xx + noise * noise, yy = c.yy + noise * noise, det = xx * yy - c.xy * c.xy;
  std::vector<double> density;
  for (const double x : grid.x) {
    for (const double y : grid.y) density.push_back(std::exp(-0.5 * (yy * x * x - 2.0 * c.xy * x * y + xx * y * y) / det));
  }
  normalise(grid, density);
  return density;
}

PlaneGrid some_grid() { return PlaneGrid::around(std::array{0.0, 0.0}, std::array{0.9, 0.55}, 6.0, 161); }

// The integral over y of P(x - iy, y) is the complex weight, for any noise of equal strength in x and y; with noise in x alone it is not.
TEST(PlaneGrid, ComplexDensityIsTheComplexWeight) {
  const PlaneGrid grid = some_grid();
  const std::vector<Complex> weight = complex_weight({kSigma, 0.0}, grid.x);
  const double band = band_of(grid.x, weight);
  EXPECT_NEAR(band, std::sqrt(4.0 * std::log(1e3)), 0.3);  // |e^{-k^2/(2 sigma)}| = e^{-k^2/4}
  for (const double noise : {0.0, 0.15}) {
    const std::vector<Complex> rho = complex_density(grid, gaussian(grid, noise), band);
    ASSERT_EQ(rho.size(), weight.size());
    for (std::size_t i = 0; i < rho.size(); ++i) ASSERT_LT(std::abs(rho[i] - weight[i]), 5e-4) << noise << " " << grid.x[i];
  }
  const PlaneGrid narrow = PlaneGrid::around(std::array{0.0, 0.0}, std::array{0.87, 0.5}, 3.0, 161);
  EXPECT_TRUE(complex_density(narrow, gaussian(narrow, 0.0), band).empty());  // cut off where e^{ky} P is not small
  EXPECT_TRUE(complex_density(grid, gaussian(grid, 0.0), 2000.0).empty());    // beyond the largest number
  std::vector<double> wrong = gaussian(grid, 0.15);
  for (std::size_t i = 0; i < wrong.size(); ++i) wrong[i] *= 1.0 + 0.1 * grid.x[i / grid.y.size()] * grid.x[i / grid.y.size()];
  normalise(grid, wrong);
  EXPECT_GT(std::abs(complex_density(grid, wrong, band).at(80) - weight[80]), 5e-3);
}

// The score of the Gaussian integrates to its logarithm; half the integral of the difference of two densities lies between 0 and 1.
TEST(PlaneGrid, DensityFollowsFromItsScore) {
  const PlaneGrid grid = some_grid();
  const PlaneCovariance c = stationary_covariance(kSigma, 0.0);
  const double det = c.xx * c.yy - c.xy * c.xy;
  std::vector<double> score;
  for (const double x : grid.x) {
    for (const double y : grid.y) score.insert(score.end(), {-(c.yy * x - c.xy * y) / det, -(c.xx * y - c.xy * x) / det});
  }
  const std::vector<double> density = density_of(grid, integrated(grid, score)), exact = gaussian(grid, 0.0);
  EXPECT_LT(total_variation(grid, density, exact), 1e-10);
  EXPECT_GT(total_variation(grid, density, gaussian(grid, 0.3)), 0.05);
  score[0] += 100.0;  // a corner, of which little depends
  EXPECT_LT(total_variation(grid, density_of(grid, integrated(grid, score)), exact), 1e-10);
}

}  // namespace
}  // namespace scorefield
