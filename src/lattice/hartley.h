// The Hartley transform of a real field: Fourier space in real numbers, one a site.
#pragma once

#include <span>

#include "lattice/real_fft.h"

namespace scorefield {

/// h(k) = scale sum_x phi(x) (cos kx + sin kx) = scale (Re phi~ - Im phi~) at k = 2 pi (n_y/Ly, n_x/Lx), stored as [n_y][n_x]. It is its
/// own inverse but for a factor V scale^2. A kernel that is even in k is a product as in Fourier space, and with scale = 1/sqrt(V) the
/// transform is orthogonal: white noise stays white noise, h(0) = sqrt(V) M, and |phi~(k)|^2/V = (h(k)^2 + h(-k)^2)/2. Holds what it works
/// in: one object a thread. Local; no errors.
class Hartley {
 public:
  Hartley(FieldShape shape, double scale) : shape_(shape), scale_(scale), fft_(shape) {}
  /// With scale = 1/sqrt(V).
  static Hartley orthogonal(FieldShape shape);

  /// `from` and `to` may be the same field.
  void transform(std::span<const double> from, std::span<double> to);

 private:
  FieldShape shape_;
  double scale_;
  RealFft fft_;
};

}  // namespace scorefield
