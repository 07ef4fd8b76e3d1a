// The best denoiser of an ensemble of points of the plane: the mean of all its points given a noisy one. Local.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace scorefield {

inline constexpr std::size_t kMostCells = std::size_t{1} << 24;  ///< of the finest grid; coarser ones have a quarter each

/// D(y) = sum_j x_j w_j / sum_j w_j with w_j = exp(-|y - x_j|^2/2r^2): E[x_0 | y = x_0 + r eps] where x_0 is any of the points x_j. It is
/// what denoising score matching converges to on these points; as a target it has none of the noise of a single x_0.
///
/// The points are counted in cells and stand for the middle of their cell, of a side h of at most r/2.5 and 0.4 deviations of the narrower
/// component. That adds h^2/12 to their variance, which is taken off the kernel's; what is left is of the order 10^-2 (h/r)^4.
class EnsembleDenoiser {
 public:
  /// `points`: x and y of each, one behind the other. `smallest_ratio`: the lowest r that will be asked for. `symmetric`: each point stands
  /// for its mirror image -x_j, too. InputError if the points reach so far that the cells would not fit into memory.
  EnsembleDenoiser(std::span<const double> points, double smallest_ratio, bool symmetric);

  /// D at noisy points, of which each must be within 7 r of a point of the ensemble in x and in y, and log of the density of y = x_0 + r
  /// eps there. Safe to call from several threads.
  void denoise(double ratio, std::span<const double> noisy, std::span<double> out, std::span<double> log_density) const;

 private:
  /// Counts [x][y] of square cells.
  struct Grid {
    double side = 0.0, left = 0.0, bottom = 0.0;
    std::size_t columns = 0, rows = 0;  ///< in x and in y
    std::vector<double> counts;
  };
  static Grid coarser(const Grid& fine);
  const Grid& grid_for(double ratio) const;

  double points_ = 0.0;
  std::vector<Grid> grids_;  ///< from fine to coarse, each cell made of 2 x 2
};

}  // namespace scorefield
