#include "base/exact_sum.h"

#include <bit>
#include <cmath>

namespace scorefield {
namespace {

constexpr std::int64_t kAdditionsBeforeCarry = std::int64_t{1} << 29;  // each adds less than 2^32 to a limb
constexpr std::int64_t kLimbBase = std::int64_t{1} << 32;

}  // namespace

void ExactSum::add(double term) {
  const auto bits = std::bit_cast<std::uint64_t>(term);
  const auto exponent = static_cast<int>((bits >> 52) & 0x7ff);
  if (exponent == 0x7ff) throw NumericalError("a term of a sum is infinite or not a number");
  std::uint64_t mantissa = bits & 0xfffffffffffffULL;
  if (exponent > 0) mantissa |= 0x10000000000000ULL;
  const int position = exponent > 0 ? exponent - 1 : 0;
  const int limb = position / 32;
  const int shift = position % 32;
  const std::uint64_t low = (mantissa & 0xffffffffULL) << shift;
  const std::uint64_t high = (mantissa >> 32) << shift;
  const std::int64_t sign = (bits >> 63) != 0 ? -1 : 1;
  limbs_[limb] += sign * static_cast<std::int64_t>(low & 0xffffffffULL);
  limbs_[limb + 1] += sign * static_cast<std::int64_t>((low >> 32) + (high & 0xffffffffULL));
  limbs_[limb + 2] += sign * static_cast<std::int64_t>(high >> 32);
  if (++additions_since_carry_ >= kAdditionsBeforeCarry) carry();
}

void ExactSum::add(std::span<const double> terms) {
  for (const double term : terms) add(term);
}

void ExactSum::merge(const ExactSum& other) {
  ExactSum normalised = other;
  normalised.carry();
  carry();
  for (int i = 0; i < kLimbs; ++i) limbs_[i] += normalised.limbs_[i];
  additions_since_carry_ = 1;
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
