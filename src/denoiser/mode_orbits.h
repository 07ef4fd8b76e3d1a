// Modes that the symmetries of the lattice make alike. Local.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "lattice/field_shape.h"

namespace scorefield {

/// Orbits of the wave numbers [n_y][n_x] under reflections along each axis and, on square lattices, their exchange. Orbit 0 is the zero
/// mode. In a directed theory (a chemical potential along y) only the reflection along x is a symmetry; of (n_y, n_x) and (-n_y, n_x),
/// which share an orbit still, two-point functions are complex conjugate.
class ModeOrbits {
 public:
  explicit ModeOrbits(FieldShape shape, bool directed = false);
  std::size_t count() const { return sizes_.size(); }
  std::size_t modes() const { return of_.size(); }
  bool directed() const { return directed_; }
  std::size_t of(std::size_t mode) const { return of_[mode]; }
  std::size_t size(std::size_t orbit) const { return sizes_[orbit]; }
  /// The mode of -k.
  std::size_t mirror(std::size_t mode) const { return mirrors_[mode]; }
  /// 1 or -1 for k and -k in a directed theory, 0 where two-point functions are real.
  int sign(std::size_t mode) const { return signs_[mode]; }
  /// Sums of `values` over the modes of each orbit are added to `sums`.
  void add(std::span<const double> values, std::span<double> sums) const;
  /// The mean over its orbit in place of each value.
  std::vector<double> averaged(std::span<const double> values) const;
  /// One value an orbit, given to all its modes.
  std::vector<double> spread(std::span<const double> of_orbits) const;

 private:
  bool directed_;
  std::vector<std::size_t> of_, mirrors_;  ///< [mode]
  std::vector<int> signs_;
  std::vector<std::size_t> sizes_;  ///< modes of an orbit
};

}  // namespace scorefield
