// Averages of a field over slices of the lattice, their correlator in time, and its effective mass. Local; no errors.
#pragma once

#include <span>
#include <vector>

#include "lattice/field_shape.h"

namespace scorefield {

/// m_y(tau): average over the row y = tau (Ly numbers); m_x(tau): over the column x = tau (Lx numbers).
void slice_averages(const FieldShape& extents, std::span<const double> field, std::span<double> along_y, std::span<double> along_x);

/// C(t) = (1/L) sum_tau m(tau) m(tau+t), t = 0 .. L/2. One object a thread.
class SliceCorrelator {
 public:
  explicit SliceCorrelator(FieldShape extents);

  /// `field`: Ly x Lx; results: Ly/2+1 and Lx/2+1 numbers.
  void observe(std::span<const double> field, std::span<double> along_y, std::span<double> along_x);

 private:
  FieldShape extents_;
  std::vector<double> slices_y_;  ///< each twice, one after the other
  std::vector<double> slices_x_;
};

/// m(t), t = 0 .. L/2-1, in lattice units, from C(t)/C(t+1) = cosh(m(L/2-t))/cosh(m(L/2-t-1)) with the connected correlator, t = 0 .. L/2.
/// NaN where there is no solution, C(t) <= C(t+1) or C(t+1) <= 0.
std::vector<double> effective_mass(std::span<const double> connected, std::size_t extent);

}  // namespace scorefield
