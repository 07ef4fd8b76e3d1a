#include "observables/chain_sums.h"

#include <gtest/gtest.h>

#include <numeric>

namespace scorefield {
namespace {

/// Row n of a chain is (n, 1, chain).
ChainSums counted(const std::vector<std::size_t>& lengths) {
  ChainSums sums(lengths, 3, {{"n", [](std::span<const double> row) { return row[0]; }}});
  for (std::size_t n = 0; n < 1000; ++n) {  // as configurations come: chain after chain, as long as each has some
    for (std::size_t chain = 0; chain < lengths.size(); ++chain) {
      if (n < lengths[chain]) sums.add(chain, std::vector<double>{static_cast<double>(n), 1.0, static_cast<double>(chain)});
    }
  }
  return sums;
}

TEST(ChainSums, SeriesOfChainsOfUnequalLength) {
  const std::vector<std::size_t> lengths = {7, 0, 12};
  const ChainSums sums = counted(lengths);
  for (std::size_t chain = 0; chain < lengths.size(); ++chain) {
    std::vector<double> expected(lengths[chain]);
    std::iota(expected.begin(), expected.end(), 0.0);
    EXPECT_EQ(sums.series()[0][chain], expected);
  }
}

// All configurations are in one bin each, no bin has those of two chains, and none is smaller than asked for unless its chain is.
TEST(ChainSums, Bins) {
  const std::vector<std::size_t> lengths = {100, 3, 57, 0, 200};
  const ChainSums sums = counted(lengths);
  for (const std::size_t size : {1, 2, 10, 60, 1000}) {
    const ChainSums::Binned binned = sums.bins(size);
    ASSERT_EQ(binned.sums.size(), 3 * binned.counts.size());
    std::vector<double> count(lengths.size(), 0.0), total(lengths.size(), 0.0);
    for (std::size_t bin = 0; bin < binned.counts.size(); ++bin) {
      EXPECT_EQ(binned.sums[3 * bin + 1], binned.counts[bin]);
      const double of = binned.sums[3 * bin + 2] / binned.counts[bin];
      const auto chain = static_cast<std::size_t>(of);
      EXPECT_EQ(static_cast<double>(chain), of);
      EXPECT_GE(binned.counts[bin], static_cast<double>(std::min(size, lengths[chain])));
      count[chain] += binned.counts[bin];
      total[chain] += binned.sums[3 * bin];
    }
    for (std::size_t chain = 0; chain < lengths.size(); ++chain) {
      const auto n = static_cast<double>(lengths[chain]);
      EXPECT_EQ(count[chain], n) << size;
      EXPECT_EQ(total[chain], 0.5 * n * (n - 1.0)) << size;
    }
    EXPECT_EQ(binned.too_few, binned.counts.size() < 16);
  }
}

// So many numbers a row that several configurations share a block: bins are unions of blocks.
TEST(ChainSums, BlocksOfWideRows) {
  constexpr std::size_t kWidth = std::size_t{1} << 20, kLength = 100;
  ChainSums sums({kLength}, kWidth, {});
  const std::vector<double> ones(kWidth, 1.0);
  for (std::size_t n = 0; n < kLength; ++n) sums.add(0, ones);
  const ChainSums::Binned binned = sums.bins(1);
  EXPECT_LE(binned.counts.size(), 32u);
  EXPECT_GE(binned.counts.size(), 16u);
  EXPECT_EQ(std::accumulate(binned.counts.begin(), binned.counts.end(), 0.0), 100.0);
  for (std::size_t bin = 0; bin < binned.counts.size(); ++bin) EXPECT_EQ(binned.sums[(bin + 1) * kWidth - 1], binned.counts[bin]);
}

}  // namespace
}  // namespace scorefield
