#include "observables/correctness.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "base/rng.h"
#include "observables/plane_tally.h"

namespace scorefield {
namespace {

constexpr double kWidth = 0.04332169878499658;  // ln 2/16

/// Counts of |K| = quantile(u) for 10^6 uniform numbers u, in cells of its logarithm.
template <class Quantile>
std::vector<double> counts_of(const Quantile& quantile, std::uint64_t seed) {
  std::vector<double> uniform(1000000), counts(kDriftCells, 0.0);
  fill_uniforms({seed, Stream::prior, 0}, 0, uniform);
  for (const double u : uniform) {
    const double cell = std::floor(std::log(quantile(u)) / kWidth) + 200.0;
    counts[static_cast<std::size_t>(std::clamp(cell, 0.0, kDriftCells - 1.0))] += 1.0;
  }
  return counts;
}

TEST(DriftTail, FindsTheExponentOfAPower) {
  for (const double exponent : {0.8, 1.333, 3.0}) {
    const DriftTail tail = drift_tail(counts_of([&](double u) { return std::pow(u, -1.0 / exponent); }, 3), kWidth);
    ASSERT_TRUE(tail.known);
    EXPECT_LT(std::fabs(tail.exponent - exponent), 4.0 * tail.exponent_error) << exponent;
    EXPECT_LT(std::fabs(tail.growth), 4.0 * tail.growth_error) << exponent;
    EXPECT_FALSE(tail.falls_fast());
  }
}

// For P(|K| > u) = exp(-u^p) the exponent grows by p for each factor e. (Roughly: p (1 - O(1/ln N)).)
TEST(DriftTail, GrowsWhereItFallsFasterThanAnyPower) {
  for (const double p : {0.7, 1.0, 2.0}) {
    const DriftTail tail = drift_tail(counts_of([&](double u) { return std::pow(-std::log(u), 1.0 / p); }, 4), kWidth);
    EXPECT_NEAR(tail.growth, p, 0.4 * p) << p;
    EXPECT_TRUE(tail.falls_fast()) << p;
  }
}

// From exact shares of exp(-u): what is seen of the growth does not become less where configurations are more.
TEST(DriftTail, IsSeenAsWellInLargeSamples) {
  double least = 1e9;
  for (const double number : {1e6, 1e8, 1e10, 1e12}) {
    std::vector<double> counts;
    for (int cell = 0; cell < static_cast<int>(kDriftCells); ++cell) {
      const double from = std::exp(kWidth * (cell - 200)), to = std::exp(kWidth * (cell - 199));
      counts.push_back(std::round(number * (std::exp(-from) - std::exp(-to))));
    }
    const DriftTail tail = drift_tail(counts, kWidth);
    least = std::min(least, tail.growth / tail.growth_error);
  }
  EXPECT_GT(least, 4.0);
}

TEST(DriftTail, HasLargerErrorsWhereConfigurationsAreCorrelated) {
  const std::vector<double> counts = counts_of([&](double u) { return -std::log(u); }, 4);
  const DriftTail alone = drift_tail(counts, kWidth), correlated = drift_tail(counts, kWidth, 9.0);
  EXPECT_DOUBLE_EQ(correlated.growth_error, 3.0 * alone.growth_error);
  EXPECT_DOUBLE_EQ(correlated.exponent_error, 3.0 * alone.exponent_error);
  EXPECT_FALSE(drift_tail(counts, kWidth, std::numeric_limits<double>::infinity()).known);
}

TEST(DriftTail, IsNotKnownFromAFewConfigurations) {
  std::vector<double> counts(kDriftCells, 0.0);
  counts[300] = 50.0;
  EXPECT_FALSE(drift_tail(counts, kWidth).known);
  EXPECT_FALSE(drift_tail({}, kWidth).known);
}

/// Estimates of a run where everything vanishes within its errors.
PlaneEstimates good_estimates() {
  PlaneEstimates e;
  e.schwinger_dyson.value.assign(16, 0.01);
  e.schwinger_dyson.error.assign(16, 0.02);
  e.schwinger_dyson.covariance.assign(256, 0.0);
  for (std::size_t i = 0; i < 16; ++i) e.schwinger_dyson.covariance[17 * i] = 4e-4;
  for (std::size_t c = 0; c < kCutoffs; ++c) e.outside.value.push_back(c < 10 ? 0.1 : 1e-4);
  e.boundary.value.assign(4 * kCutoffs, 0.02);
  e.boundary.error.assign(4 * kCutoffs, 0.01);
  e.late_early = {{0.01, 0.0, 0.0}, {0.01, 0.01, 0.01}, {}};
  return e;
}

std::vector<double> cutoffs() {
  std::vector<double> result;
  for (std::size_t c = 0; c < kCutoffs; ++c) result.push_back(std::exp2(0.5 * static_cast<double>(c)));
  return result;
}

const DriftTail kFast{12.0, 0.8, 1.1, 0.2, true};

Verdict verdict_of(const PlaneEstimates& e, const DriftTail& drift = kFast) { return judge(e, drift, cutoffs(), 250); }

TEST(Verdict, IsGoodWhereNothingIsWrong) {
  const Verdict verdict = verdict_of(good_estimates());
  EXPECT_EQ(verdict.word(), "good") << verdict.text();
  EXPECT_DOUBLE_EQ(verdict.boundary.cutoff, std::exp2(0.5 * 12.0));  // twice the first cutoff with less than 1/1000 beyond
  EXPECT_DOUBLE_EQ(verdict.boundary.largest, 2.0);
}

TEST(Verdict, NamesWhatIsWrong) {
  const DriftTail slow{1.3, 0.1, 0.05, 0.1, true};
  EXPECT_NE(verdict_of(good_estimates(), slow).text().find("falls like a power, |K|^-1.30"), std::string::npos);
  PlaneEstimates e = good_estimates();
  e.boundary.value[4 * 12 + 2] = -0.05;
  EXPECT_NE(verdict_of(e).text().find("boundary term"), std::string::npos);
  e.outside.value.assign(kCutoffs, 0.0);  // nothing lies beyond: the Schwinger-Dyson equations judge it
  EXPECT_EQ(verdict_of(e).text().find("boundary term at |y| = 0.0625"), std::string::npos);
  EXPECT_EQ(verdict_of(e).word(), "good");
  e = good_estimates();
  e.schwinger_dyson.value[6] = 0.2;
  EXPECT_NE(verdict_of(e).text().find("Schwinger-Dyson equations are violated"), std::string::npos);
  EXPECT_NE(verdict_of(e, slow).text().find("too large a generate.step"), std::string::npos);  // large steps make tails
  e.schwinger_dyson.value[6] = 0.01;
  e.late_early.value[1] = 0.06;
  EXPECT_NE(verdict_of(e).text().find("generate.thermalisation"), std::string::npos);
  EXPECT_EQ(verdict_of(e).word(), "failing");
}

TEST(Verdict, IsUndecidedWhereItCannotTell) {
  EXPECT_NE(verdict_of(good_estimates(), {9.5, 0.7, 0.4, 0.2, true}).text().find("may fall like a power"), std::string::npos);
  EXPECT_EQ(verdict_of(good_estimates(), {9.5, 0.7, 0.4, 0.2, true}).word(), "undecided");
  EXPECT_EQ(verdict_of(good_estimates(), {9.5, 0.7, 0.2, 0.2, true}).word(), "undecided");
  EXPECT_NE(verdict_of(good_estimates(), {9.5, 0.7, 0.2, 0.2, true}).text().find("a slower one may begin"), std::string::npos);
  EXPECT_EQ(verdict_of(good_estimates(), {4.5, 0.7, 0.2, 0.2, true}).word(), "failing");
  const std::vector<std::string> known = {"chains do not agree"};
  const Verdict chains = judge(good_estimates(), kFast, cutoffs(), 250, known);
  EXPECT_EQ(chains.word(), "undecided");
  EXPECT_NE(chains.text().find("chains do not agree"), std::string::npos);
  const Verdict few = judge(good_estimates(), kFast, cutoffs(), 5);
  EXPECT_EQ(few.word(), "undecided");
  EXPECT_NE(few.text().find("need 16 bins, and there are 5"), std::string::npos);
  EXPECT_EQ(verdict_of(good_estimates(), DriftTail{}).word(), "undecided");
  PlaneEstimates e = good_estimates();
  e.outside.value.assign(kCutoffs, 0.5);
  EXPECT_EQ(verdict_of(e).word(), "undecided");
  e.late_early.value[0] = 1.0;
  EXPECT_EQ(verdict_of(e).word(), "failing");  // what is wrong counts more
}

}  // namespace
}  // namespace scorefield
