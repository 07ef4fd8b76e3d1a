// Actions of one complex variable, which complex Langevin moves by their holomorphic drift. Local; no errors.
#pragma once

#include <complex>

#include "base/simd.h"

namespace scorefield {

/// Real and imaginary part, of numbers or of vectors of numbers.
template <class Number>
struct ComplexNumber {
  Number re;
  Number im;
};

/// S(z) = sigma z^2/2 + lambda z^4/4; Gaussian for lambda = 0.
struct QuarticAction {
  std::complex<double> sigma;
  std::complex<double> lambda;

  /// K = -dS/dz = -(sigma + lambda z^2) z. `Number` is double or Vec.
  template <class Number>
  ComplexNumber<Number> drift(const ComplexNumber<Number>& z) const {
    const Number zero{};
    const Number square_re = fused(z.re, z.re, -(z.im * z.im)), square_im = (z.re + z.re) * z.im;
    const Number lambda_re = zero + lambda.real(), lambda_im = zero + lambda.imag();
    const Number mass_re = fused(lambda_re, square_re, fused(-lambda_im, square_im, zero + sigma.real()));
    const Number mass_im = fused(lambda_re, square_im, fused(lambda_im, square_re, zero + sigma.imag()));
    return {fused(mass_im, z.im, -(mass_re * z.re)), -fused(mass_re, z.im, mass_im * z.re)};
  }
};

}  // namespace scorefield
