// Two-dimensional phi^4 theory with complex couplings.
#pragma once

#include <complex>

#include "physics/complex_sweep.h"

namespace scorefield {

/// S = sum_x [-2 kappa sum_mu phi(x) phi(x+mu) + m phi^2 + lambda phi^4], periodic, kappa real, m and lambda complex; the field is
/// phi + i chi: K = 2 kappa sum_{+-mu} phi(x+mu) - 2 m phi - 4 lambda phi^3. (Real theory: m = 1 - 2 lambda.)
struct ComplexPhi4 {
  static constexpr std::size_t kComponents = 2;
  static constexpr std::size_t kObservables = 0;
  double kappa;
  std::complex<double> mass;
  std::complex<double> lambda;

  static std::array<const char*, 0> names() { return {}; }
  static std::array<std::complex<double>, 0> observables(const Stencil<double, 2>&) { return {}; }

  template <class Number>
  std::array<Number, 2> operator()(const Stencil<Number, 2>& at) const {
    const Number zero{}, x = at.here[0], y = at.here[1];
    const Number square_re = fused(x, x, -(y * y)), square_im = (x + x) * y;
    const Number cubic_re = zero - 4.0 * lambda.real(), cubic_im = zero - 4.0 * lambda.imag();
    const Number mass_re = zero - 2.0 * mass.real(), mass_im = zero - 2.0 * mass.imag(), hop = zero + 2.0 * kappa;
    const Number local_re = fused(cubic_re, square_re, fused(-cubic_im, square_im, mass_re));
    const Number local_im = fused(cubic_re, square_im, fused(cubic_im, square_re, mass_im));
    const Number sum_re = (at.left[0] + at.right[0]) + (at.up[0] + at.down[0]),
                 sum_im = (at.left[1] + at.right[1]) + (at.up[1] + at.down[1]);
    return {fused(hop, sum_re, fused(local_re, x, -(local_im * y))), fused(hop, sum_im, fused(local_re, y, local_im * x))};
  }
};

}  // namespace scorefield
