#include "base/pairwise_sum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "test_support.h"

namespace scorefield {
namespace {

/// Leaves of very different size, so that every order of additions has other bits.
std::vector<double> leaves(std::size_t count) {
  std::vector<double> x(count);
  fill_normals({4, Stream::prior, 0}, 0, x);
  for (double& value : x) value = std::exp(5.0 * value);
  return x;
}

double sum_of(std::span<const double> x) {
  PairwiseSum sum(1);
  for (const double& leaf : x) sum.add(std::span(&leaf, 1));
  return sum.total()[0];
}

const std::size_t kSizes[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 32, 33, 63, 100, 127, 128, 129, 1000, 4097};

// Any number of leaves is added as the binary tree says, to the bit; a plain loop is not that.
TEST(PairwiseSum, IsTheTree) {
  for (const std::size_t size : kSizes) {
    EXPECT_EQ(test::bits(sum_of(leaves(size))), test::bits(test::tree_sum(leaves(size)))) << size;
  }
  double loop = 0.0;
  for (const double leaf : leaves(4097)) loop += leaf;
  EXPECT_NE(loop, sum_of(leaves(4097)));
}

// Pieces of 2^k leaves summed first, and then the pieces, give the same bits, also where the last piece is not full.
TEST(PairwiseSum, AlignedPiecesMakeNoDifference) {
  for (const std::size_t size : kSizes) {
    const auto x = leaves(size);
    for (std::size_t piece = 1; piece <= 256; piece *= 2) {
      std::vector<double> sums;
      for (std::size_t at = 0; at < size; at += piece) sums.push_back(sum_of(std::span(x).subspan(at, std::min(piece, size - at))));
      EXPECT_EQ(test::bits(sum_of(sums)), test::bits(sum_of(x))) << size << " in pieces of " << piece;
    }
  }
}

// Pieces that are no power of two are other trees: of many sums, some differ in their last bit.
TEST(PairwiseSum, OtherPiecesDo) {
  int different = 0;
  for (std::size_t size = 100; size < 200; ++size) {
    const auto x = leaves(size);
    std::vector<double> sums;
    for (std::size_t at = 0; at < size; at += 3) sums.push_back(sum_of(std::span(x).subspan(at, std::min<std::size_t>(3, size - at))));
    different += sum_of(sums) != sum_of(x) ? 1 : 0;
  }
  EXPECT_GT(different, 10);
}

// A million tenths: the error of a plain loop grows with their number, that of the tree with its logarithm.
TEST(PairwiseSum, IsAccurate) {
  const std::vector<double> x(1000000, 0.1);
  double loop = 0.0;
  for (const double leaf : x) loop += leaf;
  EXPECT_LT(std::abs(sum_of(x) - 1e5), 1e-10);
  EXPECT_GT(std::abs(loop - 1e5), 1e-7);
}

// Quantities are summed beside each other, and the total may be asked for on the way.
TEST(PairwiseSum, SeveralQuantities) {
  const auto x = leaves(40);
  PairwiseSum sum(2);
  EXPECT_EQ(sum.total(), (std::vector<double>{0.0, 0.0}));
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum.add(std::vector<double>{x[i], -2.0 * x[i]});
    const double expected = test::tree_sum(std::span(x).first(i + 1));
    EXPECT_EQ(sum.total(), (std::vector<double>{expected, -2.0 * expected})) << i;
  }
}

// The sum of nothing but -0 is -0: no zero is added.
TEST(PairwiseSum, KeepsTheSignOfZero) {
  for (const std::size_t size : {1, 2, 3}) EXPECT_TRUE(std::signbit(sum_of(std::vector<double>(size, -0.0)))) << size;
}

// Configurations of any number of numbers: leaves of 64 of them, each begun with zeros, and the tree over the leaves; to the bit.
TEST(PairwiseSum, LeavesOfConfigurations) {
  for (const std::size_t numbers : {1, 3}) {
    for (const std::size_t count : {0, 1, 63, 64, 65, 128, 1000}) {
      const std::vector<double> x = leaves(numbers * count);
      std::vector<std::size_t> sizes;
      const auto by_leaf = sum_leaves(x, numbers, 2, [&](std::span<const double> leaf, std::span<double> sums) {
        sizes.push_back(leaf.size() / numbers);
        for (std::size_t i = 0; i < leaf.size(); i += numbers) sums[0] += leaf[i];
        sums[1] += static_cast<double>(leaf.size());
      });
      const auto one_by_one = sum_configurations(x, numbers, 2, [](std::span<const double> configuration, std::span<double> sums) {
        sums[0] += configuration[0];
        sums[1] += static_cast<double>(configuration.size());
      });
      EXPECT_EQ(test::bits(by_leaf), test::bits(one_by_one));
      std::vector<double> of_leaves;
      for (std::size_t first = 0; first < count; first += 64) {
        of_leaves.push_back(0.0);
        for (std::size_t i = first; i < std::min(count, first + 64); ++i) of_leaves.back() += x[numbers * i];
      }
      EXPECT_EQ(test::bits(by_leaf[0]), test::bits(test::tree_sum(of_leaves))) << count;
      EXPECT_EQ(by_leaf[1], static_cast<double>(x.size()));
      EXPECT_EQ(sizes.size(), (count + 63) / 64);
      for (std::size_t i = 0; i + 1 < sizes.size(); ++i) EXPECT_EQ(sizes[i], 64u);
    }
  }
}

}  // namespace
}  // namespace scorefield
