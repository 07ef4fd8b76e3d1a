// Two-point functions of several fields, summed over the modes that the lattice makes alike.
#pragma once

#include <span>
#include <vector>

#include "denoiser/mode_matrix.h"

namespace scorefield {

/// Of real fields f_r with orthogonal Hartley coefficients [r][k]: X_rs, the sum over the modes of an orbit of w_r w_s*/2 (mode_matrix.h),
/// of which the imaginary part is left out where it vanishes. Sums are real numbers [orbit][r][s], and in a directed theory behind them the
/// imaginary parts. Local; one object may be shared by threads.
class CrossSpectra {
 public:
  /// `orbits` must outlive it.
  CrossSpectra(const ModeOrbits& orbits, std::size_t fields);

  std::size_t numbers() const { return (orbits_.directed() ? 2 : 1) * orbits_.count() * fields_ * fields_; }
  /// Adds a configuration.
  void add(std::span<const double> fields, std::span<double> sums) const;
  /// X of an orbit, [r][s].
  ModeMatrix::Values of_orbit(std::span<const double> sums, std::size_t orbit) const;

 private:
  const ModeOrbits& orbits_;
  std::size_t fields_;
  std::vector<std::size_t> order_;  ///< modes, orbit by orbit
};

}  // namespace scorefield
