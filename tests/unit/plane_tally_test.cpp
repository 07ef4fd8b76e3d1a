#include "observables/plane_tally.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <vector>

#include "base/rng.h"
#include "observables/plane_estimates.h"
#include "physics/complex_moments.h"

namespace scorefield {
namespace {

using Complex = std::complex<double>;

const QuarticAction kAction{{1.2, -0.7}, {0.8, 0.3}};
const PlaneTally::Grid kGrid{2.0, 1.5, 10, 7};
constexpr std::int64_t kLength = 16;

std::vector<double> points(std::size_t count) {
  std::vector<double> xy(2 * count);
  fill_normals({3, Stream::prior, 0}, 0, xy);
  return xy;
}

/// L z^n, written out.
Complex langevin(Complex z, int n) {
  return static_cast<double>(n * (n - 1)) * std::pow(z, n - 2) -
         static_cast<double>(n) * (kAction.sigma * std::pow(z, n) + kAction.lambda * std::pow(z, n + 2));
}

/// The sums of the header's list, one configuration after the other.
std::vector<double> plain_sums(const std::vector<double>& xy, const std::vector<double>& cutoffs) {
  std::vector<double> sums;
  const auto add_up = [&](const std::function<double(std::size_t, Complex)>& of) {
    double sum = 0.0;
    for (std::size_t i = 0; 2 * i < xy.size(); ++i) sum += of(i, {xy[2 * i], xy[2 * i + 1]});
    sums.push_back(sum);
  };
  for (int n = 1; n <= 10; ++n) {
    add_up([&](std::size_t, Complex z) { return std::pow(z, n).real(); });
    add_up([&](std::size_t, Complex z) { return std::pow(z, n).imag(); });
  }
  for (const auto& power : kPlanePowers) {
    add_up([&](std::size_t, Complex z) { return std::pow(z.real(), power.first) * std::pow(z.imag(), power.second); });
  }
  const auto early = [](std::size_t i) { return i % kLength < kLength / 2 ? 1.0 : 0.0; };
  add_up([&](std::size_t i, Complex) { return early(i); });
  add_up([&](std::size_t i, Complex z) { return early(i) * (z * z).real(); });
  add_up([&](std::size_t i, Complex z) { return early(i) * (z * z).imag(); });
  add_up([&](std::size_t i, Complex z) { return early(i) * std::norm(z); });
  for (const double cutoff : cutoffs) {
    const auto inside = [&](Complex z) { return std::fabs(z.imag()) < cutoff ? 1.0 : 0.0; };
    add_up([&](std::size_t, Complex z) { return inside(z); });
    for (const int n : kBoundaryPowers) {
      add_up([&](std::size_t, Complex z) { return inside(z) * langevin(z, n).real(); });
      add_up([&](std::size_t, Complex z) { return inside(z) * langevin(z, n).imag(); });
    }
  }
  return sums;
}

TEST(PlaneTally, SumsAreThoseOfAPlainLoop) {
  const PlaneTally tally(kAction, kGrid, kLength);
  for (const std::size_t count : {64u, 1000u, 5u}) {
    const std::vector<double> xy = points(count), expected = plain_sums(xy, tally.cutoffs()), sums = tally.sums(0, xy);
    ASSERT_EQ(sums.size(), expected.size());
    for (std::size_t q = 0; q < sums.size(); ++q)
      EXPECT_NEAR(sums[q], expected[q], 1e-10 * (1.0 + std::fabs(expected[q]))) << count << " " << q;
  }
}

TEST(PlaneTally, SumsOfPiecesMakeThoseOfTheWhole) {
  const PlaneTally tally(kAction, kGrid, kLength);
  const std::vector<double> xy = points(128);
  const auto whole = tally.sums(0, xy), first = tally.sums(0, std::span(xy).first(128)), second = tally.sums(0, std::span(xy).subspan(128));
  for (std::size_t q = 0; q < whole.size(); ++q) EXPECT_EQ(whole[q], first[q] + second[q]) << q;
}

TEST(PlaneTally, CountsEachPointInItsCells) {
  const PlaneTally tally(kAction, kGrid, kLength);
  std::vector<double> counts(tally.cells(), 0.0);
  tally.count(0, std::vector<double>{-1.99, 1.49, 0.1, -0.1, 5.0, 0.0}, counts);
  const auto line_x = std::span(counts).subspan(kDriftCells, 10), line_y = std::span(counts).subspan(kDriftCells + 10, 10);
  const auto map = std::span(counts).subspan(kDriftCells + 20);
  EXPECT_EQ(line_x[0], 1.0);
  EXPECT_EQ(line_x[5], 1.0);
  EXPECT_EQ(line_y[9], 1.0);
  EXPECT_EQ(line_y[4], 1.0);
  EXPECT_EQ(line_y[5], 1.0);
  EXPECT_EQ(map[6], 1.0);
  EXPECT_EQ(map[3 * 7 + 3], 1.0);
  double lines = 0.0, in_map = 0.0, drifts = 0.0;
  for (const double count : line_x) lines += count;
  for (const double count : map) in_map += count;
  for (std::size_t cell = 0; cell < kDriftCells; ++cell) drifts += counts[cell];
  EXPECT_EQ(lines, 2.0);  // the third lies outside
  EXPECT_EQ(in_map, 2.0);
  EXPECT_EQ(drifts, 3.0);
  const auto k = kAction.drift(ComplexNumber<double>{5.0, 0.0});
  const auto edges = tally.drift_edges();
  std::size_t last = kDriftCells - 1;
  while (counts[last] == 0.0) --last;
  EXPECT_GE(std::hypot(k.re, k.im), edges[last]);
  EXPECT_LT(std::hypot(k.re, k.im), edges[last + 1]);
}

// A drift that is no number, as inf - inf is, counts among the largest, and nowhere outside.
TEST(PlaneTally, DriftsBeyondAllDoubles) {
  EXPECT_EQ(drift_cell(std::nan(""), 1.0), kDriftCells - 1);
  EXPECT_EQ(drift_cell(HUGE_VAL, 1.0), kDriftCells - 1);
  EXPECT_EQ(drift_cell(0.0, 1.0), 0u);
}

// Moments that satisfy the Schwinger-Dyson equations give <L z^n> = 0, and the cumulants of the exact moments are the exact cumulants.
TEST(PlaneEstimates, FollowFromTheMeans) {
  const QuarticAction action{{1.0, 1.0}, 1.0};
  const ComplexMoments exact = exact_moments(action);
  const PlaneTally tally(action, kGrid, kLength);
  constexpr std::size_t kBins = 4;
  std::vector<double> row(tally.quantities(), 0.0), sums, counts(kBins, 10.0);
  const Complex tenth = (7.0 * exact.moments[5] - action.sigma * exact.moments[7]) / action.lambda;
  for (std::size_t n = 0; n < 8; ++n) {
    row[2 * n] = 10.0 * exact.moments[n].real();
    row[2 * n + 1] = 10.0 * exact.moments[n].imag();
  }
  row[18] = 10.0 * tenth.real();
  row[19] = 10.0 * tenth.imag();
  for (std::size_t bin = 0; bin < kBins; ++bin) sums.insert(sums.end(), row.begin(), row.end());
  const PlaneEstimates e = estimate_plane(action, sums, counts);
  for (std::size_t n = 1; n < 8; n += 2) {
    EXPECT_NEAR(e.cumulants.value[2 * n], exact.cumulants[n].real(), 1e-12);
    EXPECT_NEAR(e.cumulants.value[2 * n + 1], exact.cumulants[n].imag(), 1e-12);
    EXPECT_NEAR(e.schwinger_dyson.value[2 * n], 0.0, 1e-12) << n;
    EXPECT_NEAR(e.schwinger_dyson.value[2 * n + 1], 0.0, 1e-12) << n;
  }
  EXPECT_TRUE(e.late_early.value.empty());
}

// Re and Im of orders 2, 4, 6, 8, but those without an error beyond rounding.
TEST(PlaneEstimates, EvenOrdersThatHaveAnError) {
  Estimate e{std::vector<double>(16, 1.0), std::vector<double>(16, 0.1), {}};
  EXPECT_EQ(even_orders_of(e), (std::vector<int>{2, 3, 6, 7, 10, 11, 14, 15}));
  e.error[3] = 0.0;
  e.error[7] = 1e-13;
  EXPECT_EQ(even_orders_of(e), (std::vector<int>{2, 6, 10, 11, 14, 15}));
}

}  // namespace
}  // namespace scorefield
