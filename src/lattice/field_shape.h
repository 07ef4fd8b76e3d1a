// The size of a periodic two-dimensional lattice.
#pragma once

#include <algorithm>
#include <cstddef>

namespace scorefield {

/// The shape of an array of a real field; lattice/geometry.h has the lattice that is spread over ranks. Ly and Lx, any numbers from 2 on.
/// Fields are stored row by row: site (y, x) is number y Lx + x.
struct FieldShape {
  std::size_t y = 0;
  std::size_t x = 0;

  std::size_t sites() const { return y * x; }
  std::size_t smaller() const { return std::min(y, x); }
  /// Wave numbers 0 .. Lx/2 along x; those of a real field beyond follow from phi~(-k) = phi~(k)*.
  std::size_t half_x() const { return x / 2 + 1; }
};

}  // namespace scorefield
