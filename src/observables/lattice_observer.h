// Scalars of one configuration. Local; one object a thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "observables/four_point.h"

namespace scorefield {

/// Places of the scalars of a configuration. Bonds and slices are those along the axis named; on an extent of 2 the two bonds between
/// neighbours count both. `slice` along y: average over a row, of which there are Ly.
namespace scalar {
enum Place : std::size_t {
  magnetisation = 0,                ///< M^n, n = 1 .. 8; M is the average over the volume
  abs_magnetisation = kMaxOrder,    ///< |M|
  site_moment,                      ///< averages of phi^n, n = 1 .. 8
  hop_x = site_moment + kMaxOrder,  ///< average of phi(x) phi(x+e_x)
  hop_y,
  walls_x,  ///< fraction of the bonds whose ends have opposite signs; zero has none
  walls_y,
  largest_slice_x,
  smallest_slice_x,
  largest_slice_y,
  smallest_slice_y,
  striped,     ///< 1 if along an axis the largest slice is above half the r.m.s. field and the smallest below minus that, else 0
  four_points  ///< four_point::count for each side
};
}  // namespace scalar

class LatticeObserver {
 public:
  /// Throws InputError if an extent is below 2.
  explicit LatticeObserver(FieldShape extents);

  const FieldShape& extents() const { return field_.extents(); }
  std::size_t count() const { return scalar::four_points + sides_.size() * four_point::count; }
  std::vector<std::string> names() const;

  /// `field`: Ly x Lx; `scalars`: count() of them.
  void observe(std::span<const double> field, std::span<double> scalars);

 private:
  void observe_sites(std::span<double> scalars) const;
  void observe_slices(std::span<const double> field, std::span<double> scalars);

  std::vector<std::size_t> sides_;  ///< of the four-point functions
  WrappedField field_;
  std::vector<double> slices_y_;
  std::vector<double> slices_x_;
};

/// S/V = -2 kappa (hop_x + hop_y) + (1 - 2 lambda) phi^2 + lambda phi^4 from the scalars of a configuration or their ensemble means.
double action_density(std::span<const double> scalars, double kappa, double lambda);

}  // namespace scorefield
