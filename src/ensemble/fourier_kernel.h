// Fourier acceleration of molecular dynamics and of the Langevin equation: a kernel that makes slow modes as fast as the others.
#pragma once

#include <span>
#include <vector>

#include "lattice/hartley.h"

namespace scorefield {

/// Multiplication by sqrt(K(k)) in momentum space, K(k) = (m^2 + 8)/(m^2 + khat^2), khat^2 = 4 sin^2(k_y/2) + 4 sin^2(k_x/2): 1 for the
/// fastest mode, (m^2 + 8)/m^2 for the zero mode (Batrouni et al., Phys. Rev. D 32, 2736 (1985)). Any K leaves exp(-S) unchanged: the
/// Langevin equation is then d phi = K F dt + sqrt(2 K) dW, and Hamilton's are d phi = sqrt(K) pi dt, d pi = sqrt(K) F dt. Holds what it
/// works in: one object a thread. Local; no errors.
class FourierKernel {
 public:
  FourierKernel(const FieldShape& shape, double mass);
  /// Of a whole lattice, [y][x], in place.
  void apply_root(std::span<double> field);

 private:
  FieldShape shape_;
  Hartley hartley_;
  std::vector<double> root_;  ///< [n_y][n_x], all wave numbers
};

}  // namespace scorefield
