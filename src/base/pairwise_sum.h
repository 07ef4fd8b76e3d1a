// Sums by a binary tree: accurate, and the same for any cut into aligned pieces.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/work_plan.h"

namespace scorefield {

/// Sums of several quantities over leaves that come one after another, added as a balanced binary tree: leaves 2i and 2i+1 first, then
/// pairs of those. The sum of 2^k consecutive leaves that begin at a multiple of 2^k is a node of the tree, so that summing such
/// pieces first, and then the pieces, gives the same bits. Local.
class PairwiseSum {
 public:
  explicit PairwiseSum(std::size_t quantities) : quantities_(quantities) {}

  /// The next leaf: as many sums as there are quantities.
  void add(std::span<const double> leaf) {
    carried_.assign(leaf.begin(), leaf.end());
    std::size_t level = 0;
    for (; (leaves_ >> level) & 1; ++level) fold(node(level), carried_);
    if (nodes_.size() == level * quantities_) nodes_.resize(nodes_.size() + quantities_);
    std::copy(carried_.begin(), carried_.end(), nodes_.begin() + static_cast<std::ptrdiff_t>(level * quantities_));
    ++leaves_;
  }

  /// The sum so far; zeros if there is none.
  std::vector<double> total() const {
    std::vector<double> sum(quantities_, 0.0);
    bool empty = true;
    for (std::size_t level = 0; (leaves_ >> level) != 0; ++level) {
      if (((leaves_ >> level) & 1) == 0) continue;
      if (empty) {
        std::copy_n(node(level).begin(), quantities_, sum.begin());
      } else {
        fold(node(level), sum);
      }
      empty = false;
    }
    return sum;
  }

 private:
  std::span<const double> node(std::size_t level) const { return std::span(nodes_).subspan(level * quantities_, quantities_); }

  /// right = left + right.
  static void fold(std::span<const double> left, std::span<double> right) {
    for (std::size_t q = 0; q < right.size(); ++q) right[q] += left[q];
  }

  std::size_t quantities_;
  std::uint64_t leaves_ = 0;
  std::vector<double> nodes_;  ///< node of 2^level leaves, level by level
  std::vector<double> carried_;
};

/// Sums over configurations of `numbers` numbers each, one behind the other in `x`: the tree over leaves of 64 of them, the last of what is
/// left. add(configurations of a leaf, sums) adds to sums that are zero. Local.
template <class Add>
std::vector<double> sum_leaves(std::span<const double> x, std::size_t numbers, std::size_t quantities, const Add& add) {
  const std::size_t a_leaf = static_cast<std::size_t>(kSmallestBlock) * numbers;
  std::vector<double> leaf(quantities);
  PairwiseSum tree(quantities);
  for (std::size_t begin = 0; begin < x.size(); begin += a_leaf) {
    std::fill(leaf.begin(), leaf.end(), 0.0);
    add(x.subspan(begin, std::min(a_leaf, x.size() - begin)), std::span(leaf));
    tree.add(leaf);
  }
  return tree.total();
}

/// The same, where add(configuration, sums) adds one.
template <class Add>
std::vector<double> sum_configurations(std::span<const double> x, std::size_t numbers, std::size_t quantities, const Add& add) {
  return sum_leaves(x, numbers, quantities, [&](std::span<const double> leaf, std::span<double> sums) {
    for (std::size_t first = 0; first < leaf.size(); first += numbers) add(leaf.subspan(first, numbers), sums);
  });
}

}  // namespace scorefield
