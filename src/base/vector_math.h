// Elementary functions written so that a loop over them vectorises and the vector and the scalar loop give
// the same bits: straight-line code, std::fma where a fused operation is meant, no library call.
// Local; no errors. Absolute or relative error a few 1e-16 (tests/unit/vector_math_test.cpp).
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace scorefield::vmath {

namespace detail {

/// 1.5 * 2^52: adding and subtracting it rounds to the nearest integer, which then stands in the low bits.
inline constexpr double kRounder = 6755399441055744.0;

}  // namespace detail

/// e^x for |x| <= 708, clamped there. Reduction x = k ln2 + r with |r| <= ln2/2, then the Taylor series of
/// e^r to degree 13 (remainder below 4e-18).
inline double exp(double x) {
  x = x < -708.0 ? -708.0 : x;
  x = x > 708.0 ? 708.0 : x;
  const double shifted = std::fma(x, 1.4426950408889634, detail::kRounder);
  const double k = shifted - detail::kRounder;
  double r = std::fma(k, -6.93147180369123816490e-01, x);
  r = std::fma(k, -1.90821492927058770002e-10, r);
  double p = 1.6059043836821613e-10;
  p = std::fma(p, r, 2.0876756987868099e-09);
  p = std::fma(p, r, 2.5052108385441719e-08);
  p = std::fma(p, r, 2.7557319223985891e-07);
  p = std::fma(p, r, 2.7557319223985893e-06);
  p = std::fma(p, r, 2.4801587301587302e-05);
  p = std::fma(p, r, 1.9841269841269841e-04);
  p = std::fma(p, r, 1.3888888888888889e-03);
  p = std::fma(p, r, 8.3333333333333333e-03);
  p = std::fma(p, r, 4.1666666666666667e-02);
  p = std::fma(p, r, 1.6666666666666667e-01);
  p = std::fma(p, r, 0.5);
  p = std::fma(p, r, 1.0);
  p = std::fma(p, r, 1.0);
  const std::uint64_t exponent = (std::bit_cast<std::uint64_t>(shifted) + 1023u) << 52;
  return p * std::bit_cast<double>(exponent);
}

/// tanh x = (1-t)/(1+t), t = e^{-2|x|}; absolute error 2e-16 (relative near 0 it grows as 1e-16/x).
inline double tanh(double x) {
  const double t = exp(-2.0 * std::fabs(x));
  return std::copysign((1.0 - t) / (1.0 + t), x);
}

}  // namespace scorefield::vmath
