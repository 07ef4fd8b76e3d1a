// How many configurations are cut for statistics and for work, independently of ranks and threads.
#pragma once

#include <cstdint>

#include "base/mpi.h"

namespace scorefield {

/// `samples` configurations in `bins` jackknife bins, each bin in the same number of units of at most 4096
/// consecutive configurations, and units in batches of about a million configurations. A unit is worked on by
/// one thread; a batch is worked on by all ranks and then written. Local.
class WorkPlan {
 public:
  /// `numbers_per_unit`: sums that each unit hands to the root, for a bound on what is gathered in a batch.
  WorkPlan(std::int64_t samples, std::int64_t bins, std::int64_t numbers_per_unit = 1);

  std::int64_t samples() const { return samples_; }
  std::int64_t bins() const { return bins_; }
  std::int64_t units() const { return bins_ * units_per_bin_; }
  std::int64_t batches() const;

  /// Configurations of a bin and of a unit.
  Range bin(std::int64_t index) const;
  Range unit(std::int64_t index) const;
  std::int64_t bin_of_unit(std::int64_t index) const { return index / units_per_bin_; }

  /// Units of a batch, and those of them that fall to a rank.
  Range batch(std::int64_t index) const;
  Range batch(std::int64_t index, const Comm& comm) const;
  /// Configurations of a range of units.
  Range configurations(const Range& units) const;

 private:
  std::int64_t samples_;
  std::int64_t bins_;
  std::int64_t units_per_bin_;
  std::int64_t units_per_batch_;
};

}  // namespace scorefield
