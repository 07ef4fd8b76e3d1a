#include "physics/fokker_planck.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "physics/complex_gaussian.h"
#include "physics/complex_moments.h"
#include "physics/hermite_functions.h"
#include "test_support.h"

namespace scorefield {
namespace {

constexpr double kWidth = 0.7;

double psi(int k, double x) { return hermite_functions(k + 1, kWidth, x)[static_cast<std::size_t>(k)]; }

TEST(HermiteFunctions, AreOrthonormal) {
  for (const int k : {0, 1, 7}) {
    for (const int l : {0, 1, 7, 8}) {
      EXPECT_NEAR(test::integrate([&](double x) { return psi(k, x) * psi(l, x); }, -9.0, 9.0), k == l ? 1.0 : 0.0, 1e-12);
    }
  }
}

TEST(HermiteFunctions, IntegralsAreThoseByQuadrature) {
  for (const int power : {0, 1, 2, 4}) {
    const auto integrals = hermite_integrals(9, kWidth, power);
    ASSERT_EQ(integrals.size(), 9u);
    for (int k = 0; k < 9; ++k) {
      const double expected = test::integrate([&](double x) { return std::pow(x, power) * psi(k, x); }, -9.0, 9.0);
      EXPECT_NEAR(integrals[static_cast<std::size_t>(k)], expected, 1e-11) << power << " " << k;
    }
  }
}

// <psi_m| x^3 d/dx |psi_k> with the derivative by differences.
TEST(HermiteFunctions, LadderElementsAreThoseByQuadrature) {
  constexpr int kCount = 7;
  const auto elements = ladder_elements(kCount, kWidth, 3, 1);
  for (int k = 0; k < kCount; ++k) {
    for (int d = -kReach; d <= kReach; ++d) {
      if (k + d < 0) continue;
      const auto derivative = [&](double x) { return (psi(k, x + 1e-4) - psi(k, x - 1e-4)) / 2e-4; };
      const double expected = test::integrate([&](double x) { return psi(k + d, x) * x * x * x * derivative(x); }, -9.0, 9.0);
      EXPECT_NEAR(elements[static_cast<std::size_t>(k * (2 * kReach + 1) + d + kReach)], expected, 1e-5) << k << " " << d;
    }
  }
}

// Convolved with noise, the expansion of a Gaussian is the wider Gaussian, with its slopes; at noise below and above its width.
TEST(FokkerPlanck, SmoothedGaussian) {
  const QuarticAction action{{1.0, 1.0}, 0.0};
  const FokkerPlanck solution = solve_fokker_planck(action, 0.0, 1e-6).back();
  const PlaneCovariance c = stationary_covariance(action.sigma, 0.0);
  const std::vector<double> x = {-0.4, 0.9}, y = {-0.7, 0.1, 0.3};
  for (const double noise : {0.02, 0.5, 2.0}) {
    const double xx = c.xx + noise * noise, yy = c.yy + noise * noise, determinant = xx * yy - c.xy * c.xy;
    const auto smoothed = solution.smoothed(x, y, noise);
    for (std::size_t i = 0; i < x.size(); ++i) {
      for (std::size_t j = 0; j < y.size(); ++j) {
        const double u = -(yy * x[i] - c.xy * y[j]) / determinant, v = -(xx * y[j] - c.xy * x[i]) / determinant;
        const double p = std::exp(0.5 * (u * x[i] + v * y[j])) / (2.0 * 3.14159265358979323846 * std::sqrt(determinant));
        const std::size_t at = i * y.size() + j;
        EXPECT_NEAR(smoothed.density[at], p, 1e-7 * p + 1e-8) << noise;
        EXPECT_NEAR(smoothed.slope_x[at], u * p, 1e-6) << noise;
        EXPECT_NEAR(smoothed.slope_y[at], v * p, 1e-6) << noise;
      }
    }
  }
}

TEST(FokkerPlanck, GaussianIsExact) {
  for (const double noise_y : {0.0, 1.0}) {
    const QuarticAction action{{1.0, 1.0}, 0.0};
    const FokkerPlanck solution = solve_fokker_planck(action, noise_y, 1e-6).back();
    const PlaneCovariance c = stationary_covariance(action.sigma, noise_y);
    EXPECT_NEAR(solution.moment(2, 0), c.xx, 1e-10);
    EXPECT_NEAR(solution.moment(1, 1), c.xy, 1e-10);
    EXPECT_NEAR(solution.moment(0, 2), c.yy, 1e-10);
    EXPECT_NEAR(solution.moment(2, 2), c.xx * c.yy + 2.0 * c.xy * c.xy, 1e-8);
    EXPECT_NEAR(solution.moment(0, 4), 3.0 * c.yy * c.yy, 1e-8);
  }
}

// Holomorphic moments are known exactly, the weight on the real line too; y^4 is what an independent solution by orthogonal factors has.
TEST(FokkerPlanck, QuarticAgreesWithWhatIsKnown) {
  const QuarticAction action{{1.0, 1.0}, 1.0};
  const auto all = solve_fokker_planck(action, 0.0, 1e-6);
  const FokkerPlanck& solution = all.back();
  EXPECT_LT(solution.residual(), 1e-6);
  EXPECT_LT(solution.residual(), 0.1 * all.front().residual());
  const ComplexMoments exact = exact_moments(action);
  EXPECT_NEAR(solution.moment(2, 0) - solution.moment(0, 2), exact.moments[1].real(), 1e-8);
  EXPECT_NEAR(2.0 * solution.moment(1, 1), exact.moments[1].imag(), 1e-8);
  EXPECT_NEAR(solution.moment(4, 0) - 6.0 * solution.moment(2, 2) + solution.moment(0, 4), exact.moments[3].real(), 1e-8);
  EXPECT_NEAR(solution.moment(0, 4), 0.001335078904, 2e-9);
  const std::vector<double> x = {0.0, 0.5, 1.0, 2.0};
  const auto rho = solution.complex_density(x);
  ASSERT_EQ(rho.size(), x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto expected = std::exp(-0.5 * action.sigma * x[i] * x[i] - 0.25 * x[i] * x[i] * x[i] * x[i]) / exact.z;
    EXPECT_LT(std::abs(rho[i] - expected), 1e-7);
  }
}

TEST(FokkerPlanck, DensityAndMarginalsBelongTogether) {
  const FokkerPlanck solution({{1.0, 1.5}, 1.0}, 0.0, 64, 192);
  const double border = strip({{1.0, 1.5}, 1.0}, 0.0).value();
  std::vector<double> y;
  for (int i = 0; i <= 400; ++i) y.push_back(1.3 * border * (i / 200.0 - 1.0));
  const std::vector<double> x = {0.0, 0.4};
  const auto density = solution.density(x, y), marginal = solution.marginal_x(x);
  for (std::size_t i = 0; i < x.size(); ++i) {
    double sum = 0.0;
    for (std::size_t j = 0; j < y.size(); ++j) {
      const double p = density[i * y.size() + j];
      sum += p * (y[1] - y[0]);
      EXPECT_GT(p, -1e-4);
      EXPECT_LT(std::fabs(y[j]) > 1.02 * border ? std::fabs(p) : 0.0, 1e-4);
    }
    EXPECT_NEAR(sum, marginal[i], 1e-5);
  }
  const auto in_y = solution.marginal_y(y);
  double sum = 0.0;
  for (const double p : in_y) sum += p * (y[1] - y[0]);
  EXPECT_NEAR(sum, 1.0, 1e-5);
}

TEST(FokkerPlanck, KnowsWhereItCannotConverge) {
  EXPECT_EQ(why_no_fokker_planck({{1.0, 1.0}, 1.0}, 0.0), "");
  EXPECT_EQ(why_no_fokker_planck({{1.0, 0.0}, 0.0}, 0.5), "");
  EXPECT_NE(why_no_fokker_planck({{1.0, 1.0}, 1.0}, 0.1).find("N_y > 0"), std::string::npos);
  EXPECT_NE(why_no_fokker_planck({{1.0, 1.0}, {1.0, 0.2}}, 0.0).find("lambda is not real"), std::string::npos);
  EXPECT_NE(why_no_fokker_planck({{-5.0, 8.0}, 1.0}, 0.0).find("sigma_0"), std::string::npos);
  EXPECT_NE(why_no_fokker_planck({{1.0, 0.0}, 1.0}, 0.0).find("y = 0"), std::string::npos);
}

}  // namespace
}  // namespace scorefield
