// Sums of energies over sites, independent of order, ranks and vector length: each term is rounded once to a multiple of 2^-32 and the
// sum is that of integers. Costs no more than a plain vector sum, where ExactSum (which rounds nothing) costs two to four times that.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "base/mpi.h"
#include "base/simd.h"

namespace scorefield {

/// The error of a sum of n terms is 2^-33 sqrt(n/3), so 2e-9 for a lattice of 32^2. A term of 2^19 or more, or one that is not a
/// number, makes the sum infinite.
class FixedSum {
 public:
  /// Adds `multiples` of 2^-32.
  void add(std::int64_t multiples) { multiples_ += multiples; }
  void set_infinite() { infinite_ = true; }
  FixedSum& operator+=(const FixedSum& other) {
    multiples_ += other.multiples_;
    infinite_ = infinite_ || other.infinite_;
    return *this;
  }
  /// The sum; +infinity where it has none.
  double value() const { return infinite_ ? std::numeric_limits<double>::infinity() : std::ldexp(static_cast<double>(multiples_), -32); }

  /// Sums each element over the ranks. Collective.
  static void all_reduce(const Comm& comm, std::span<FixedSum> sums);

 private:
  __extension__ using Wide = __int128;  // 2^31 would be too few for the action of a large lattice
  Wide multiples_ = 0;
  bool infinite_ = false;
};

/// Adds vectors of terms up in registers.
class FixedLanes {
 public:
  /// Vectors that may be added before `take`: beyond 4096, a lane could overflow.
  static constexpr std::int64_t kMost = 2048;

  /// All lanes of a vector, each rounded to a multiple of 2^-32.
  void add(Vec term) {
    const auto rounded = (Bits)(term + broadcast(kRounder));
    sum_ += rounded;
    outside_ |= rounded ^ std::bit_cast<std::uint64_t>(kLowest);
    ++added_;
  }
  /// Only the lanes whose bits are set in the mask.
  void add(Vec term, Bits mask) { add(select(mask, term, Vec{})); }
  std::int64_t added() const { return added_; }
  /// What was added so far, which is forgotten here.
  FixedSum take() {
    FixedSum total;
    std::uint64_t outside = 0;
    const std::uint64_t rounders = static_cast<std::uint64_t>(added_) * std::bit_cast<std::uint64_t>(kRounder);
    for (int i = 0; i < kLanes; ++i) {
      total.add(static_cast<std::int64_t>(sum_[i] - rounders));
      outside |= outside_[i];
    }
    if (outside >> 52 != 0) total.set_infinite();  // a rounded term not in [2^20, 2^21)
    *this = FixedLanes();
    return total;
  }

 private:
  static constexpr double kLowest = 0x1p20;
  static constexpr double kRounder = 0x1.8p20;  // adding it leaves 32 bits behind the point
  Bits sum_{};
  Bits outside_{};
  std::int64_t added_ = 0;
};

}  // namespace scorefield
