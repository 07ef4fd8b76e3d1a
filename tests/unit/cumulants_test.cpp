#include "statistics/cumulants.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>

#include "base/rng.h"
#include "physics/two_peak.h"
#include "statistics/level_estimates.h"
#include "test_support.h"

namespace scorefield {
namespace {

// The formulas of the literature for symmetric laws.
TEST(Cumulants, SymmetricFormulas) {
  const double m2 = 1.3, m4 = 2.9, m6 = 11.0, m8 = 57.0;
  const Orders k = cumulants_from_moments({0, m2, 0, m4, 0, m6, 0, m8});
  EXPECT_DOUBLE_EQ(k[1], m2);
  EXPECT_DOUBLE_EQ(k[3], m4 - 3 * m2 * m2);
  EXPECT_NEAR(k[5], m6 - 15 * m4 * m2 + 30 * std::pow(m2, 3), 1e-12);
  EXPECT_NEAR(k[7], m8 - 28 * m6 * m2 - 35 * m4 * m4 + 420 * m4 * m2 * m2 - 630 * std::pow(m2, 4), 1e-11);
  for (const std::size_t odd : {0, 2, 4, 6}) EXPECT_EQ(k[odd], 0.0);
}

// The exponential law: <x^n> = n!, kappa_n = (n-1)!. The Poisson law: all cumulants are its mean. A shift moves only the first.
TEST(Cumulants, ExponentialPoissonAndShift) {
  Orders exponential{}, shifted{};
  double factorial = 1.0;
  for (int n = 1; n <= kMaxOrder; ++n) exponential[n - 1] = factorial *= n;
  const Orders k = cumulants_from_moments(exponential);
  for (int n = 1; n <= kMaxOrder; ++n) EXPECT_NEAR(k[n - 1], std::tgamma(n), 1e-9);

  const double mean = 0.7;  // moments from the recursion m_{n+1} = mean sum_k C(n,k) m_k
  std::array<double, 9> m = {1.0};
  for (int n = 0; n < 8; ++n) {
    double binomial = 1.0;
    for (int j = 0; j <= n; binomial = binomial * (n - j) / (j + 1), ++j) m[n + 1] += mean * binomial * m[j];
  }
  Orders poisson{};
  std::copy_n(m.begin() + 1, 8, poisson.begin());
  for (const double kappa : cumulants_from_moments(poisson)) EXPECT_NEAR(kappa, mean, 1e-9);

  for (int n = 1; n <= 8; ++n) {  // <(x+2)^n>
    double binomial = 1.0;
    for (int j = 0; j <= n; binomial = binomial * (n - j) / (j + 1), ++j) shifted[n - 1] += binomial * m[j] * std::pow(2.0, n - j);
  }
  const Orders moved = cumulants_from_moments(shifted);
  EXPECT_NEAR(moved[0], mean + 2.0, 1e-12);
  for (std::size_t n = 1; n < kMaxOrder; ++n) EXPECT_NEAR(moved[n], mean, 1e-7);
}

/// Bin sums of `per_bin` correlated pairs (x, x y).
struct Binned {
  std::vector<double> sums, counts;
};
Binned correlated_pairs(std::size_t bins, std::size_t per_bin, std::uint64_t seed) {
  std::vector<double> n(2 * bins * per_bin);
  fill_normals({seed, Stream::prior, 0}, 0, n);
  Binned b{std::vector<double>(2 * bins, 0.0), std::vector<double>(bins, static_cast<double>(per_bin))};
  for (std::size_t i = 0; i < bins * per_bin; ++i) {
    b.sums[2 * (i / per_bin)] += n[2 * i];
    b.sums[2 * (i / per_bin) + 1] += n[2 * i] * (1.0 + n[2 * i + 1]);
  }
  return b;
}

const DerivedFunction kIdentity = [](std::span<const double> means) { return std::vector<double>(means.begin(), means.end()); };

// Errors of a difference: of both where they are independent, of one alone where both share what fluctuates.
TEST(Errors, OfADifference) {
  const Estimate one{{1.0, 2.0, 3.0}, {3.0, 1.0, 0.5}, {9.0, 0.1, 0.2, 0.1, 1.0, 0.3, 0.2, 0.3, 0.25}};
  const Estimate other{{5.0, 6.0, 7.0}, {4.0, 7.0, 1.2}, {16.0, 2.0, 3.0, 2.0, 49.0, 4.0, 3.0, 4.0, 1.44}};
  const Estimate found = with_errors_of(other, one, [](std::size_t i) { return i == 1; });
  EXPECT_EQ(found.value, one.value);
  EXPECT_EQ(found.error, (std::vector<double>{5.0, 1.0, 1.3}));
  EXPECT_EQ(found.covariance, (std::vector<double>{25.0, 0.1, 3.2, 0.1, 1.0, 0.3, 3.2, 0.3, 1.69}));
  EXPECT_TRUE(with_errors_of(other, {one.value, one.error, {}}, [](std::size_t) { return false; }).covariance.empty());
}

// For means the jackknife is the textbook formula: mean of the bins, error and covariance from their scatter.
TEST(Jackknife, OfMeansIsTheStandardError) {
  constexpr std::size_t kBins = 37, kPerBin = 5;
  const Binned b = correlated_pairs(kBins, kPerBin, 1);
  const Estimate e = jackknife(b.sums, b.counts, kIdentity);
  double mean[2] = {}, covariance[2][2] = {};
  for (std::size_t i = 0; i < kBins; ++i) {
    for (std::size_t q = 0; q < 2; ++q) mean[q] += b.sums[2 * i + q] / kPerBin / kBins;
  }
  for (std::size_t i = 0; i < kBins; ++i) {
    for (std::size_t q = 0; q < 2; ++q) {
      for (std::size_t r = 0; r < 2; ++r) {
        covariance[q][r] += (b.sums[2 * i + q] / kPerBin - mean[q]) * (b.sums[2 * i + r] / kPerBin - mean[r]) / (kBins * (kBins - 1.0));
      }
    }
  }
  for (std::size_t q = 0; q < 2; ++q) {
    EXPECT_NEAR(e.value[q], mean[q], 1e-14);
    EXPECT_NEAR(e.error[q], std::sqrt(covariance[q][q]), 1e-13);
    for (std::size_t r = 0; r < 2; ++r) EXPECT_NEAR(e.covariance[2 * q + r], covariance[q][r], 1e-14);
  }
}

// For a function of means the error follows linear propagation (500 bins of 200, to 3 %); bins of unequal size are allowed.
TEST(Jackknife, OfAFunction) {
  Binned b = correlated_pairs(500, 200, 2);
  const auto ratio = [](std::span<const double> m) { return std::vector<double>{(m[1] + 3.0) / (m[0] + 2.0)}; };
  const Estimate e = jackknife(b.sums, b.counts, ratio), means = jackknife(b.sums, b.counts, kIdentity);
  const double x = means.value[0] + 2.0, y = means.value[1] + 3.0;
  const double d[2] = {-y / (x * x), 1.0 / x};
  double variance = 0.0;
  for (std::size_t q = 0; q < 2; ++q) {
    for (std::size_t r = 0; r < 2; ++r) variance += d[q] * d[r] * means.covariance[2 * q + r];
  }
  EXPECT_DOUBLE_EQ(e.value[0], y / x);
  EXPECT_NEAR(e.error[0], std::sqrt(variance), 0.03 * std::sqrt(variance));

  b.sums[0] += 1.0;
  b.sums[1] += 2.0;
  b.counts[0] += 1.0;
  EXPECT_DOUBLE_EQ(jackknife(b.sums, b.counts, kIdentity).value[0] * 100001.0, means.value[0] * 100000.0 + 1.0);
}

// A case by hand: d = (1, 2), C = ((2, 1), (1, 2)) has d C^-1 d = 2. The order of components does not matter.
TEST(ChiSquared, ByHand) {
  Estimate e;
  e.value = {9.0, 4.0, 7.0};
  e.covariance = {5.0, 0.3, 0.2, 0.3, 2.0, 1.0, 0.2, 1.0, 2.0};
  e.error = {std::sqrt(5.0), std::sqrt(2.0), std::sqrt(2.0)};
  const std::vector<double> expected = {0.0, 3.0, 5.0};
  const ChiSquared c = chi_squared(e, expected, std::vector<int>{1, 2}, 100000);
  EXPECT_NEAR(c.value, 2.0, 1e-12);
  EXPECT_EQ(c.degrees, 2);
  EXPECT_NEAR(c.p_value, std::exp(-1.0), 1e-4);  // of chi^2 with two degrees, for many bins
  EXPECT_NEAR(chi_squared(e, expected, std::vector<int>{2, 1}, 100000).value, 2.0, 1e-12);
  EXPECT_NEAR(chi_squared(e, expected, std::vector<int>{1, 2}, 5).p_value, std::pow(1.5, -1.5), 1e-12);  // of 3/4 under F(2, 3)
  EXPECT_NEAR(chi_squared(e, expected, std::vector<int>{0}, 10).value, 81.0 / 5.0, 1e-12);
  EXPECT_EQ(test::caught([&] { chi_squared(e, expected, std::vector<int>{1, 2}, 2); }).code, ExitCode::numerical);
  e.covariance = {5.0, 0.3, 0.2, 0.3, 2.0, 2.0, 0.2, 2.0, 2.0};
  const ChiSquared dependent = chi_squared(e, expected, std::vector<int>{1, 2}, 100);
  EXPECT_NEAR(dependent.value, 9.0 / 8.0, 1e-12);  // along (1, 1) alone
  EXPECT_EQ(dependent.degrees, 1);
  e.error[1] = 0.0;
  EXPECT_EQ(test::caught([&] { chi_squared(e, expected, std::vector<int>{1, 2}, 100); }).code, ExitCode::numerical);
}

/// Largest distance of the p-values' distribution from the uniform one, times sqrt(number).
double kolmogorov_smirnov(std::vector<double> p) {
  std::sort(p.begin(), p.end());
  double distance = 0.0;
  const auto n = static_cast<double>(p.size());
  for (std::size_t i = 0; i < p.size(); ++i) {
    distance = std::max({distance, p[i] - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - p[i]});
  }
  return distance * std::sqrt(n);
}

// p-values of 400 simulated measurements with few bins (6 for 2 quantities) are uniform (Kolmogorov-Smirnov below 1.63,
// its 1 % point); those of the chi-squared law, which takes C for exact, are not.
TEST(ChiSquared, PValuesAreUniform) {
  constexpr std::size_t kBins = 6;
  std::vector<double> right, naive;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Binned b = correlated_pairs(kBins, 30, 100 + seed);
    const ChiSquared c = chi_squared(jackknife(b.sums, b.counts, kIdentity), std::vector<double>{0.0, 0.0}, std::vector<int>{0, 1}, kBins);
    right.push_back(c.p_value);
    naive.push_back(boost::math::cdf(boost::math::complement(boost::math::chi_squared(2), c.value)));
  }
  EXPECT_LT(kolmogorov_smirnov(right), 1.63);
  EXPECT_GT(kolmogorov_smirnov(naive), 1.63);
}

// All estimates of a level from its sums: against the law within 4 sigma, and what is tested of it.
TEST(LevelEstimates, AgreeWithTheLaw) {
  constexpr std::size_t kBins = 50, kPerBin = 4000;
  const TwoPeak law(1.0, 0.25, 0.7);
  const NoiseLevel start;
  const std::vector<double> sources = {-1.0, 0.5};
  std::vector<double> powers(kBins * kMaxOrder, 0.0), exponentials(kBins * 2, 0.0), x(kPerBin);
  for (std::size_t b = 0; b < kBins; ++b) {
    law.draw(31, b * kPerBin, x);
    for (const double value : x) {
      double power = 1.0;
      for (std::size_t n = 0; n < kMaxOrder; ++n) powers[b * kMaxOrder + n] += power *= value;
      for (std::size_t j = 0; j < 2; ++j) exponentials[2 * b + j] += std::exp(sources[j] * value);
    }
  }
  const LevelEstimates e = estimate_level(powers, exponentials, std::vector<double>(kBins, kPerBin));
  const Orders exact = law.cumulants();
  for (std::size_t n = 0; n < kMaxOrder; ++n) EXPECT_LT(std::abs(e.cumulants.value[n] - exact[n]), 4.0 * e.cumulants.error[n]) << n + 1;
  for (std::size_t j = 0; j < 2; ++j) {
    EXPECT_LT(std::abs(e.generating_function.value[j] - law.generating_function(sources[j])), 4.0 * e.generating_function.error[j]);
  }
  EXPECT_EQ(e.moments.value[0], e.cumulants.value[0]);
  EXPECT_GT(chi_squared(e.cumulants, exact, tested_cumulants(law), kBins).p_value, 1e-4);
  Orders wrong = exact;
  wrong[1] *= 1.01;
  EXPECT_LT(chi_squared(e.cumulants, wrong, tested_cumulants(law), kBins).p_value, 1e-4);
  EXPECT_EQ(tested_cumulants(law), (std::vector<int>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(tested_cumulants(TwoPeak(1.0, 0.25, 0.5)), (std::vector<int>{1, 3, 5, 7}));
}

// Of two independent numbers, one error from what is expected: the p-value of chi^2 = 1 with bins enough, and none with fewer, or of
// nothing.
TEST(PValue, NeedsThreeBinsANumber) {
  const Estimate e{{1.0, 5.0, 0.0}, {1.0, 1.0, 1.0}, {1, 0, 0, 0, 1, 0, 0, 0, 1}};
  const std::vector<double> expected(3, 0.0);
  const std::vector<int> both = {0, 2};
  EXPECT_EQ(p_value_of(e, expected, both, 6), chi_squared(e, expected, both, 6).p_value);
  EXPECT_TRUE(std::isnan(p_value_of(e, expected, both, 5)));
  EXPECT_TRUE(std::isnan(p_value_of(e, expected, {}, 100)));
  EXPECT_NEAR(p_value_of(e, expected, both, 1000000), std::exp(-0.5), 1e-5);
}

// The cells' probabilities are differences of the distribution function and sum to 1.
TEST(LevelEstimates, ExactCells) {
  const TwoPeak law(1.0, 0.25, 0.7);
  const NoiseLevel level{0.5, 0.8, 0.4};
  const std::vector<double> edges = {-50.0, -1.0, 0.0, 0.5, 50.0};
  const auto cells = exact_cells(law, level, edges);
  ASSERT_EQ(cells.size(), 4u);
  EXPECT_NEAR(cells[0] + cells[1] + cells[2] + cells[3], 1.0, 1e-14);
  EXPECT_EQ(cells[1], law.distribution_function(level, 0.0) - law.distribution_function(level, -1.0));
}

}  // namespace
}  // namespace scorefield
