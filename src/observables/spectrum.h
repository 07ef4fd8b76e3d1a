// Power spectrum of a configuration, and the two-point function from its ensemble mean. Local; no errors.
#pragma once

#include <span>
#include <vector>

#include "lattice/real_fft.h"

namespace scorefield {

/// S(k) = |phi~(k)|^2 / V. One object a thread.
class PowerSpectrum {
 public:
  explicit PowerSpectrum(FieldShape extents) : extents_(extents), fft_(extents) {}

  /// `field`: Ly x Lx; `spectrum`: Ly x (Lx/2+1), wave numbers as in real_fft.h; the others by S(-k) = S(k).
  void observe(std::span<const double> field, std::span<double> spectrum);

 private:
  FieldShape extents_;
  RealFft fft_;
};

/// G(y,x) = <phi(0) phi(y,x)> - mean^2 = (1/V) sum_k S(k) e^{ikx} - mean^2, Ly x Lx, from the mean spectrum (Ly x (Lx/2+1)) and the mean
/// of the field (0: not connected).
std::vector<double> two_point_function(const FieldShape& extents, std::span<const double> spectrum, double mean);

/// Second-moment correlation length, in lattice units, from S(0) and S at the least wave number 2 pi/L: sqrt(S(0)/S(2 pi/L) - 1)
/// / (2 sin(pi/L)). NaN where S(0) is the smaller one. In the broken phase S(0) should be the susceptibility, V <|M|>^2 taken out.
double second_moment_length(double at_zero, double at_least, std::size_t extent);

struct CorrelationLengths {
  double y;
  double x;
  double mean;  ///< (xi_y + xi_x)/2
};
/// From the mean spectrum, S(0) = V <M^2>.
CorrelationLengths correlation_lengths(const FieldShape& extents, std::span<const double> spectrum);

}  // namespace scorefield
