// Hermite functions psi_k(x; s) = H_k(x/s) e^{-x^2/2s^2} / sqrt(2^k k! sqrt(pi) s), orthonormal on the line. With
//   x = (s/sqrt 2)(a + a^+),  d/dx = (a - a^+)/(sqrt 2 s),  a psi_k = sqrt(k) psi_{k-1},  a^+ psi_k = sqrt(k+1) psi_{k+1}.  Local.
#pragma once

#include <complex>
#include <numbers>
#include <vector>

namespace scorefield {

/// psi_0 .. psi_{count-1} at a point of the plane.
template <class Number>
std::vector<Number> hermite_functions(int count, double s, Number x) {
  std::vector<Number> psi(static_cast<std::size_t>(count));
  const Number u = x / s;
  psi[0] = std::exp(-0.5 * u * u) / std::sqrt(std::sqrt(std::numbers::pi) * s);
  if (count > 1) psi[1] = std::sqrt(2.0) * u * psi[0];
  for (std::size_t k = 2; k < psi.size(); ++k) {
    const auto n = static_cast<double>(k);
    psi[k] = std::sqrt(2.0 / n) * u * psi[k - 1] - std::sqrt((n - 1.0) / n) * psi[k - 2];
  }
  return psi;
}

/// The integrals of x^power psi_k over the line, k < count.
std::vector<double> hermite_integrals(int count, double s, int power);

/// Reach of an operator: it takes psi_k to psi_{k - kReach} .. psi_{k + kReach}.
inline constexpr int kReach = 4;

/// Matrix elements <psi_{k+d}| x^power d^derivatives/dx |psi_k>, [k][d + kReach], power + derivatives <= kReach.
std::vector<double> ladder_elements(int count, double s, int power, int derivatives);

}  // namespace scorefield
