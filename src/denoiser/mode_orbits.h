// Modes that the symmetries of the lattice make alike. Local.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "lattice/field_shape.h"

namespace scorefield {

/// Orbits of the wave numbers [n_y][n_x] under reflections along each axis and, on square lattices, their exchange. Orbit 0 is the zero
/// mode.
class ModeOrbits {
 public:
  explicit ModeOrbits(FieldShape shape);
  std::size_t count() const { return sizes_.size(); }
  std::size_t modes() const { return of_.size(); }
  std::size_t of(std::size_t mode) const { return of_[mode]; }
  /// Sums of `values` over the modes of each orbit are added to `sums`.
  void add(std::span<const double> values, std::span<double> sums) const;
  /// The mean over its orbit in place of each value.
  std::vector<double> averaged(std::span<const double> values) const;
  /// One value an orbit, given to all its modes.
  std::vector<double> spread(std::span<const double> of_orbits) const;

 private:
  std::vector<std::size_t> of_;     ///< [mode]
  std::vector<std::size_t> sizes_;  ///< modes of an orbit
};

}  // namespace scorefield
