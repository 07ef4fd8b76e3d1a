// Sums of doubles without rounding: independent of order, grouping, ranks and threads, bit for bit.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/mpi.h"

namespace scorefield {

/// A fixed-point accumulator wide enough for every finite double (a Kulisch accumulator): limb i counts
/// multiples of 2^(32 i - 1074). Addition is exact; `value` rounds once, to nearest even.
/// Errors: NumericalError if a term is not finite.
class ExactSum {
 public:
  void add(double term);
  /// The same, by vector instructions in blocks whose terms lie within about 2^48 of each other (any further apart: one by one).
  void add(std::span<const double> terms);
  /// Every rank's accumulator becomes the sum over ranks. Collective.
  void all_reduce(const Comm& comm);
  /// The sum, rounded once.
  double value() const;

 private:
  void add_integer(std::int64_t sign, std::uint64_t magnitude, int position);
  bool add_block(std::span<const double> terms, int e);
  void carry();

  static constexpr int kLimbs = 70;
  std::array<std::int64_t, kLimbs> limbs_{};
  std::int64_t additions_since_carry_ = 0;
};

}  // namespace scorefield
