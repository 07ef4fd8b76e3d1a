#include "diffusion/recorder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/pairwise_sum.h"
#include "base/rng.h"
#include "test_support.h"

namespace scorefield {
namespace {

const std::vector<NoiseLevel> kLevels = {{0.0, 1.0, 0.0}, {0.5, 0.8, 1.5}};
const Reference kReference{0.4, 1.2};

MeasureParams measure() {
  MeasureParams m;
  m.sources = {-2.0, 0.5, 3.0};
  m.histogram_bins = 20;
  return m;
}

const Recorder kRecorder(kLevels, kReference, measure());

/// Numbers like those at a record: mean 0.4 f, and the deviation there.
std::vector<double> numbers(std::size_t record, std::size_t count) {
  std::vector<double> x(count);
  fill_normals({9, Stream::prior, record}, 0, x);
  for (double& value : x) value = kReference.mean * kLevels[record].kept + total_deviation(kLevels[record], kReference) * value;
  return x;
}

std::vector<double> counts_of(std::size_t record, std::span<const double> x) {
  std::vector<double> counts(kRecorder.cells(), 0.0);
  kRecorder.count(record, x, counts);
  return counts;
}

// Sums of powers and exponentials are those of a plain loop, for lengths that fill no vector too.
TEST(Recorder, SumsAreThoseOfAPlainLoop) {
  for (const std::size_t record : {0, 1}) {
    const auto j = kRecorder.sources(record);
    for (const std::size_t count : {0, 1, 7, 8, 9, 4096, 4001}) {
      const auto x = numbers(record, count);
      const auto got = kRecorder.sums(record, x);
      ASSERT_EQ(got.size(), kRecorder.quantities());
      for (std::size_t q = 0; q < kRecorder.quantities(); ++q) {
        long double sum = 0.0L, size = 0.0L;
        for (const long double value : x) {
          const long double term = q < kMaxOrder ? std::pow(value, static_cast<int>(q + 1)) : std::exp(j[q - kMaxOrder] * value);
          sum += term;
          size += std::abs(term);
        }
        EXPECT_NEAR(got[q], static_cast<double>(sum), 1e-14 * static_cast<double>(size)) << q << " " << count;
      }
    }
  }
}

// The documented order of additions: leaves of 64, element i of a leaf to lane i mod 8, lanes in pairs, leaves by the tree; to the bit.
TEST(Recorder, OrderOfAdditions) {
  const auto x = numbers(0, 1003);
  const auto got = kRecorder.sums(0, x);
  for (int n = 0; n < kMaxOrder; ++n) {
    std::vector<double> leaves;
    for (std::size_t first = 0; first < x.size(); first += 64) {
      std::array<volatile double, 8> lanes{};
      for (std::size_t i = 0; i < 64 && first + i < x.size(); ++i) {
        double power = x[first + i];
        for (int k = 0; k < n; ++k) power *= x[first + i];
        lanes[i % 8] = lanes[i % 8] + power;
      }
      leaves.push_back(((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7])));
    }
    EXPECT_EQ(test::bits(got[static_cast<std::size_t>(n)]), test::bits(test::tree_sum(leaves))) << n + 1;
  }
}

// Pieces of 64 2^k configurations, summed one by one and then by the tree, give the bits of the whole: powers and exponentials.
TEST(Recorder, AlignedPiecesMakeNoDifference) {
  for (const std::size_t count : {64, 65, 1000, 4096, 5000}) {
    const auto x = numbers(1, count);
    const auto whole = kRecorder.sums(1, x);
    for (const std::size_t piece : {64, 128, 512, 4096}) {
      PairwiseSum sum(kRecorder.quantities());
      for (std::size_t at = 0; at < count; at += piece) {
        sum.add(kRecorder.sums(1, std::span(x).subspan(at, std::min(piece, count - at))));
      }
      EXPECT_EQ(test::bits(sum.total()), test::bits(whole)) << count << " in pieces of " << piece;
    }
  }
}

// Sources are in units of 1/sd(t); edges span five sd(t) to each side of the mean there.
TEST(Recorder, SourcesAndEdges) {
  const double deviations[] = {std::sqrt(1.2), std::sqrt(1.2 * 0.64 + 1.5)};
  for (const std::size_t record : {0, 1}) {
    const auto j = kRecorder.sources(record), edges = kRecorder.edges(record);
    for (std::size_t i = 0; i < j.size(); ++i) EXPECT_NEAR(j[i], measure().sources[i] / deviations[record], 1e-15);
    ASSERT_EQ(edges.size(), 21u);
    EXPECT_NEAR(edges.front(), 0.4 * kLevels[record].kept - 5.0 * deviations[record], 1e-14);
    EXPECT_NEAR(edges.back(), 0.4 * kLevels[record].kept + 5.0 * deviations[record], 1e-14);
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) EXPECT_NEAR(edges[i + 1] - edges[i], 0.5 * deviations[record], 1e-14);
  }
}

// Counts are those between the edges; what lies outside or is no number counts nowhere.
TEST(Recorder, Histogram) {
  const auto edges = kRecorder.edges(1);
  auto x = numbers(1, 5000);
  std::vector<double> expected(20, 0.0);
  for (const double value : x) {
    const auto above = std::upper_bound(edges.begin(), edges.end(), value);
    if (above != edges.begin() && above != edges.end()) expected[static_cast<std::size_t>(above - edges.begin() - 1)] += 1.0;
  }
  EXPECT_EQ(counts_of(1, x), expected);
  EXPECT_EQ(std::accumulate(expected.begin(), expected.end(), 0.0), 5000.0);
  const auto outside =
      counts_of(1, std::vector<double>{edges.front() - 1e-6, edges.back() + 1e-6, 1e300, -1e300, std::numeric_limits<double>::quiet_NaN()});
  EXPECT_EQ(std::accumulate(outside.begin(), outside.end(), 0.0), 0.0);
}

// Counting adds: two parts give the counts of both.
TEST(Recorder, CountsAccumulate) {
  const auto x = numbers(0, 300);
  std::vector<double> parts(kRecorder.cells(), 0.0);
  kRecorder.count(0, std::span(x).first(100), parts);
  kRecorder.count(0, std::span(x).subspan(100), parts);
  EXPECT_EQ(parts, counts_of(0, x));
}

}  // namespace
}  // namespace scorefield
