// Powers of points z = x + i y of the plane, and their sums. Local.
#pragma once

#include <array>
#include <span>
#include <utility>

#include "base/work_plan.h"

namespace scorefield {

/// Powers z^n go to order 10: the Schwinger-Dyson equation of z^8 needs two more.
inline constexpr int kMostPower = 10;
/// x^a y^b that are averaged, beside those in z^n: what a holomorphic observable does not see.
inline constexpr std::array<std::pair<int, int>, 8> kPlanePowers = {{{2, 0}, {1, 1}, {0, 2}, {4, 0}, {3, 1}, {2, 2}, {1, 3}, {0, 4}}};
/// Sums of Re and Im of z^n, n = 1 .. 10, and behind them of kPlanePowers.
inline constexpr std::size_t kHolomorphicSums = 2 * kMostPower;
inline constexpr std::size_t kPowerSums = kHolomorphicSums + kPlanePowers.size();

/// x^a y^b.
double plane_power(double x, double y, const std::pair<int, int>& powers);

/// x and y of up to 64 configurations and their powers; behind them zeros of weight 0.
struct PlaneLeaf {
  static constexpr std::size_t kSize = kSmallestBlock;
  using Column = std::array<double, kSize>;
  struct ComplexColumn {
    Column re, im;
  };

  /// `xy`: x, y, x, y, ...
  explicit PlaneLeaf(std::span<const double> xy);

  Column x{}, y{}, weight{};
  std::array<ComplexColumn, kMostPower + 1> power;  ///< z^n

  /// The first kPowerSums of `sums`, in an order of additions that no width of vectors changes.
  void set_power_sums(std::span<double> sums) const;
};

/// The sum of a column, in such an order.
double total(const PlaneLeaf::Column& column);

}  // namespace scorefield
