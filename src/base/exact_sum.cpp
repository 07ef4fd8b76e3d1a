#include "base/exact_sum.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>

namespace scorefield {
namespace {

constexpr std::int64_t kAdditionsBeforeCarry = std::int64_t{1} << 29;  // each adds less than 2^33 to a limb
constexpr std::int64_t kLimbBase = std::int64_t{1} << 32;
constexpr std::size_t kBlock = 1024;   // fits into the first-level cache; 2^10 integers below 2^52 fit into 64 bits
constexpr double kRounder = 0x1.8p52;  // 1.5 2^52
constexpr int kLowestExponent = -900;  // keeps the powers of two of a block inside the range of doubles

/// 2^k for a normal result.
double power_of_two(int k) { return std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52); }

/// An e with all |x| < 2^(e-2): something to spare for the blocks that follow.
int exponent_above(std::span<const double> terms) {
  double largest = 0.0;
#pragma omp simd reduction(max : largest)
  for (std::size_t i = 0; i < terms.size(); ++i) largest = std::fabs(terms[i]) > largest ? std::fabs(terms[i]) : largest;
  return std::max(static_cast<int>(std::bit_cast<std::uint64_t>(largest) >> 52) - 1020, kLowestExponent);
}

}  // namespace

/// Adds sign * magnitude * 2^(position - 1074), sign = -1 or 1.
void ExactSum::add_integer(std::int64_t sign, std::uint64_t magnitude, int position) {
  const int limb = position / 32;
  const int shift = position % 32;
  const std::uint64_t low = (magnitude & 0xffffffffULL) << shift;
  const std::uint64_t high = (magnitude >> 32) << shift;
  limbs_[limb] += sign * static_cast<std::int64_t>(low & 0xffffffffULL);
  limbs_[limb + 1] += sign * static_cast<std::int64_t>((low >> 32) + (high & 0xffffffffULL));
  limbs_[limb + 2] += sign * static_cast<std::int64_t>(high >> 32);
  if (++additions_since_carry_ >= kAdditionsBeforeCarry) carry();
}

void ExactSum::add(double term) {
  const auto bits = std::bit_cast<std::uint64_t>(term);
  const auto exponent = static_cast<int>((bits >> 52) & 0x7ff);
  if (exponent == 0x7ff) throw NumericalError("a term of a sum is infinite or not a number");
  std::uint64_t mantissa = bits & 0xfffffffffffffULL;
  if (exponent > 0) mantissa |= 0x10000000000000ULL;
  add_integer((bits >> 63) != 0 ? -1 : 1, mantissa, exponent > 0 ? exponent - 1 : 0);
}

/// With all |x| < 2^e, adding 1.5 2^52 rounds x 2^(51-e) to an integer, which then stands in the low bits, and the bits are summed as
/// integers. What is left of x is a double below 2^(e-52), without rounding, and the same takes its next 51 bits. False, with nothing
/// added, if a term is too large for that, has bits even below, or is not finite.
bool ExactSum::add_block(std::span<const double> terms, int e) {
  const double up1 = power_of_two(51 - e), down1 = power_of_two(e - 51);
  const double up2 = power_of_two(103 - e), down2 = power_of_two(e - 103);
  std::uint64_t sum1 = 0, sum2 = 0, outside = 0, left = 0;
#pragma omp simd reduction(+ : sum1, sum2) reduction(| : outside, left)
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const double x = terms[i];
    const double t1 = std::fma(x, up1, kRounder);
    const double rest1 = std::fma(kRounder - t1, down1, x);
    const double t2 = std::fma(rest1, up2, kRounder);
    const double rest2 = std::fma(kRounder - t2, down2, rest1);
    sum1 += std::bit_cast<std::uint64_t>(t1);
    sum2 += std::bit_cast<std::uint64_t>(t2);
    outside |= std::bit_cast<std::uint64_t>(t1) ^ std::bit_cast<std::uint64_t>(0x1p52);
    left |= std::bit_cast<std::uint64_t>(rest2);
  }
  if (outside >> 52 != 0 || left != 0) return false;  // outside: a t1 not in [2^52, 2^53)
  const std::uint64_t rounders = terms.size() * std::bit_cast<std::uint64_t>(kRounder);
  const auto integer1 = static_cast<std::int64_t>(sum1 - rounders), integer2 = static_cast<std::int64_t>(sum2 - rounders);
  add_integer(integer1 < 0 ? -1 : 1, static_cast<std::uint64_t>(std::abs(integer1)), e - 51 + 1074);
  add_integer(integer2 < 0 ? -1 : 1, static_cast<std::uint64_t>(std::abs(integer2)), e - 103 + 1074);
  return true;
}

/// Blocks are tried with the exponent of the one before, and looked through for a better one only if that fails.
void ExactSum::add(std::span<const double> terms) {
  int e = exponent_above(terms.first(std::min(terms.size(), kBlock)));
  while (!terms.empty()) {
    const auto block = terms.first(std::min(terms.size(), kBlock));
    if (!add_block(block, e)) {
      e = exponent_above(block);
      if (!add_block(block, e)) {
        for (const double term : block) add(term);
      }
    }
    terms = terms.subspan(block.size());
  }
}

void ExactSum::all_reduce(const Comm& comm) {
  carry();
  comm.sum(std::span<std::int64_t>(limbs_));
  carry();
}

/// Brings every limb but the highest into [0, 2^32); the highest then carries the sign.
void ExactSum::carry() {
  for (int i = 0; i + 1 < kLimbs; ++i) {
    const std::int64_t up = limbs_[i] >> 32;  // rounds towards minus infinity
    limbs_[i] -= up * kLimbBase;
    limbs_[i + 1] += up;
  }
  additions_since_carry_ = 0;
}

double ExactSum::value() const {
  ExactSum s = *this;
  s.carry();
  const bool negative = s.limbs_[kLimbs - 1] < 0;
  if (negative) {
    for (auto& limb : s.limbs_) limb = -limb;
    s.carry();
  }
  int top = kLimbs - 1;
  while (top > 0 && s.limbs_[top] == 0) --top;
  const auto limb = [&](int i) { return i >= 0 ? static_cast<std::uint64_t>(s.limbs_[i]) : 0; };
  const int lead = std::countl_zero(limb(top)) - 32;  // free bits in the top limb
  if (lead >= 32) return 0.0;
  // The leading 64 bits, the lowest of them set if anything non-zero follows: rounding those is rounding all.
  std::uint64_t leading = (limb(top) << 32) | limb(top - 1);
  if (lead > 0) leading = (leading << lead) | (limb(top - 2) >> (32 - lead));
  std::uint64_t rest = lead > 0 ? (limb(top - 2) << (32 + lead)) : limb(top - 2);
  for (int i = top - 3; i >= 0; --i) rest |= limb(i);
  if (rest != 0) leading |= 1;
  const double magnitude = std::ldexp(static_cast<double>(leading), 32 * (top - 1) - 1074 - lead);
  return negative ? -magnitude : magnitude;
}

}  // namespace scorefield
