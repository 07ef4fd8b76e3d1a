// The relativistic Bose gas at chemical potential mu in two dimensions (Aarts, arXiv 0810.2089, there in four).
#pragma once

#include <cmath>
#include <complex>

#include "physics/complex_sweep.h"

namespace scorefield {

/// S = sum_x [(4 + m^2) phi* phi + lambda (phi* phi)^2 - sum_nu (phi*_x e^{-mu delta_{nu,t}} phi_{x+nu} + phi*_{x+nu} e^{mu delta_{nu,t}}
/// phi_x)], time t along y, periodic. With phi = (phi_1 + i phi_2)/sqrt 2, of which both components are complexified:
///
///   S = sum_x [(4 + m^2)/2 phi_a phi_a + lambda/4 (phi_a phi_a)^2 - phi_a phi_a(x+1) - cosh(mu) phi_a phi_a(x+t)
///              + i sinh(mu) eps_ab phi_a phi_b(x+t)]
///   K_a = -(4 + m^2 + lambda phi_b phi_b) phi_a + phi_a(x+1) + phi_a(x-1) + cosh(mu) [phi_a(x+t) + phi_a(x-t)]
///         - i sinh(mu) eps_ab [phi_b(x+t) - phi_b(x-t)]
///
/// Density n = (1/V) d ln Z/d mu: the average of sinh(mu) phi_a phi_a(x+t) - i cosh(mu) eps_ab phi_a phi_b(x+t).
struct BoseGas {
  static constexpr std::size_t kComponents = 4;
  static constexpr std::size_t kObservables = 2;
  BoseGas(double mass_squared, double coupling, double mu)
      : mass(4.0 + mass_squared), lambda(coupling), hop(std::cosh(mu)), turn(std::sinh(mu)) {}

  double mass;  ///< 4 + m^2
  double lambda;
  double hop;   ///< cosh(mu)
  double turn;  ///< sinh(mu)

  static std::array<const char*, 2> names() { return {"density", "|phi|^2"}; }

  template <class Number>
  std::array<Number, 4> operator()(const Stencil<Number, 4>& at) const {
    const Number zero{}, along = zero + hop, quartic = zero - lambda;
    const Number x1 = at.here[0], y1 = at.here[1], x2 = at.here[2], y2 = at.here[3];
    const Number square_re = fused(x1, x1, x2 * x2) - fused(y1, y1, y2 * y2), square_im = fused(x1, y1, x2 * y2);
    const Number local_re = fused(quartic, square_re, zero - mass), local_im = quartic * (square_im + square_im);
    const auto neighbours = [&](std::size_t c) { return fused(along, at.up[c] + at.down[c], at.left[c] + at.right[c]); };
    const auto flow = [&](std::size_t c) { return turn * (at.down[c] - at.up[c]); };
    return {fused(local_re, x1, neighbours(0) + flow(3)) - local_im * y1, fused(local_re, y1, neighbours(1) - flow(2)) + local_im * x1,
            fused(local_re, x2, neighbours(2) - flow(1)) - local_im * y2, fused(local_re, y2, neighbours(3) + flow(0)) + local_im * x2};
  }

  std::array<std::complex<double>, 2> observables(const Stencil<double, 4>& at) const {
    using Complex = std::complex<double>;
    const Complex a(at.here[0], at.here[1]), b(at.here[2], at.here[3]), later_a(at.down[0], at.down[1]), later_b(at.down[2], at.down[3]);
    const Complex density = turn * (a * later_a + b * later_b) - Complex(0.0, hop) * (a * later_b - b * later_a);
    return {density, 0.5 * (a * a + b * b)};
  }
};

}  // namespace scorefield
