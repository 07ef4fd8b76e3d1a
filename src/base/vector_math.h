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

/// ln x for normal x > 0. x = 2^e m with m in [sqrt(1/2), sqrt 2), ln m = 2 artanh((m-1)/(m+1)).
inline double log(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const std::uint64_t offset = bits - 0x3fe6a09e667f3bcdULL;  // bits of sqrt(1/2)
  const std::uint64_t biased = (offset >> 52) + 1023u;        // e + 1023 modulo 2^12
  const double m = std::bit_cast<double>(bits - (offset & 0xfff0000000000000ULL));
  const double e = std::bit_cast<double>(((biased & 0xfffULL) | 0x4330000000000000ULL)) - (4503599627370496.0 + 1023.0);
  const double wrapped = e > 2048.0 ? e - 4096.0 : e;
  const double s = (m - 1.0) / (m + 1.0);
  const double z = s * s;
  double p = 2.0 / 21.0;
  p = std::fma(p, z, 2.0 / 19.0);
  p = std::fma(p, z, 2.0 / 17.0);
  p = std::fma(p, z, 2.0 / 15.0);
  p = std::fma(p, z, 2.0 / 13.0);
  p = std::fma(p, z, 2.0 / 11.0);
  p = std::fma(p, z, 2.0 / 9.0);
  p = std::fma(p, z, 2.0 / 7.0);
  p = std::fma(p, z, 2.0 / 5.0);
  p = std::fma(p, z, 2.0 / 3.0);
  const double log_m = std::fma(s * z, p, 2.0 * s);
  return std::fma(wrapped, 0.6931471805599453, log_m);
}

/// tanh x = (1-t)/(1+t), t = e^{-2|x|}; absolute error 2e-16 (relative near 0 it grows as 1e-16/x).
inline double tanh(double x) {
  const double t = exp(-2.0 * std::fabs(x));
  return std::copysign((1.0 - t) / (1.0 + t), x);
}

/// cos and sin of 2 pi u / 2^32 for a 32-bit integer u. The octant comes from the top bits, exactly.
inline void cos_sin_turn(std::uint32_t u, double& cosine, double& sine) {
  const std::uint32_t shifted = u + 0x20000000u;  // quadrants centred on the axes
  const std::uint32_t quadrant = shifted >> 30;
  const auto offset = static_cast<std::int32_t>(shifted & 0x3fffffffu) - 0x20000000;
  const double r = static_cast<double>(offset) * 1.4629180792671596e-09;  // 2 pi / 2^32, |r| <= pi/4
  const double z = r * r;
  double s = -7.6471637318198164e-13;
  s = std::fma(s, z, 1.6059043836821613e-10);
  s = std::fma(s, z, -2.5052108385441719e-08);
  s = std::fma(s, z, 2.7557319223985893e-06);
  s = std::fma(s, z, -1.9841269841269841e-04);
  s = std::fma(s, z, 8.3333333333333333e-03);
  s = std::fma(s, z, -1.6666666666666667e-01);
  s = std::fma(s * z, r, r);
  double c = 4.7794773323873853e-14;
  c = std::fma(c, z, -1.1470745597729725e-11);
  c = std::fma(c, z, 2.0876756987868099e-09);
  c = std::fma(c, z, -2.7557319223985891e-07);
  c = std::fma(c, z, 2.4801587301587302e-05);
  c = std::fma(c, z, -1.3888888888888889e-03);
  c = std::fma(c, z, 4.1666666666666667e-02);
  c = std::fma(c, z, -0.5);
  c = std::fma(c, z, 1.0);
  const bool swap = (quadrant & 1u) != 0;
  const double a = swap ? s : c;
  const double b = swap ? c : s;
  cosine = (quadrant == 1u || quadrant == 2u) ? -a : a;
  sine = quadrant >= 2u ? -b : b;
}

}  // namespace scorefield::vmath
