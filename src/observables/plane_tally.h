// What is summed over the walkers of complex Langevin, points z = x + i y of the plane.
#pragma once

#include <array>
#include <vector>

#include "base/tally.h"
#include "deck/params.h"
#include "observables/plane_powers.h"
#include "physics/complex_action.h"

namespace scorefield {

/// Cutoffs |y| < Y of boundary terms, half an octave apart.
inline constexpr std::size_t kCutoffs = 25;
inline constexpr std::size_t kCutoffsAnOctave = 2;
/// Observables z^n of boundary terms.
inline constexpr std::array<int, 2> kBoundaryPowers = {2, 4};
/// Cells of the drift's histogram, in its logarithm.
inline constexpr std::size_t kDriftCells = 640;
inline constexpr std::size_t kDriftCellsAnOctave = 16;

/// Cutoffs from 2^-4 `scale` on.
std::vector<double> boundary_cutoffs(double scale);
/// Lower edges of the cells from 2^-8 `scale` on, and the cell of |K|^2; the first and the last take what lies outside.
std::vector<double> drift_edges(double scale);
std::size_t drift_cell(double square, double scale);

/// L z^n = n (n-1) z^{n-2} + n z^{n-1} K: the Langevin operator on z^n, whose expectation value vanishes (Schwinger-Dyson).
///
/// Sums, one a configuration: Re and Im of z^n, n = 1 .. 10; x^a y^b of kPlanePowers; of the first half of each walker's configurations
/// their number, Re and Im of z^2 and |z|^2; for each cutoff the number with |y| < Y, and Re and Im of L z^2 and L z^4 of these.
/// Counts: |K| in kDriftCells, x and y in `line` cells each, (x, y) in `map` times `map` cells, x running slowest. What lies outside is in
/// no cell, but for |K|, where the first and last cell take it.
class PlaneTally : public Tally {
 public:
  struct Grid {
    double x = 1.0, y = 1.0;  ///< cells reach from -x to x and from -y to y
    std::size_t line = 200, map = 100;
  };
  /// `length`: configurations of a walker, a divisor of 64.
  PlaneTally(const QuarticAction& action, const Grid& grid, std::int64_t length);

  static constexpr std::size_t kPlane = kHolomorphicSums;
  static constexpr std::size_t kEarly = kPowerSums;
  static constexpr std::size_t kBoundary = kEarly + 4;
  static constexpr std::size_t kPerCutoff = 1 + 2 * kBoundaryPowers.size();

  std::size_t records() const override { return 1; }
  std::size_t quantities() const override { return kBoundary + kPerCutoff * kCutoffs; }
  std::size_t cells() const override { return kDriftCells + 2 * grid_.line + grid_.map * grid_.map; }
  std::vector<double> sums(std::size_t record, std::span<const double> xy) const override;
  void count(std::size_t record, std::span<const double> xy, std::span<double> counts) const override;

  const Grid& grid() const { return grid_; }
  /// Y, in units of z; and the lower edge of each cell of |K|.
  std::vector<double> cutoffs() const;
  std::vector<double> drift_edges() const;

 private:
  QuarticAction action_;
  Grid grid_;
  std::size_t length_;
  double scale_;  ///< of z: what makes sigma z^2 and lambda z^4 of order one
};

}  // namespace scorefield
