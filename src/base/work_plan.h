// How many configurations are cut for statistics and for work, independently of ranks and threads.
#pragma once

#include <cstdint>

#include "base/mpi.h"

namespace scorefield {

/// Configurations whose sums are stored together (a row of power_sums, the raw material of jackknife bins): 64 2^k, the smallest such
/// number that makes at most 2048 blocks, and at most 2^20. Blocks of more configurations are unions of blocks of fewer. Local.
std::int64_t block_size(std::int64_t samples);

/// The fewest configurations in a block.
inline constexpr std::int64_t kSmallestBlock = 64;

/// Configurations [first, samples) cut into units of 512 or 4096 consecutive ones (64 whole fields), and units into batches of whole
/// blocks. A unit is worked on by one thread; a batch is worked on by all ranks and then committed. Units and blocks are cut at multiples
/// of their size, whatever `first` (a multiple of the block) is; only the batches depend on the machine. Local.
class WorkPlan {
 public:
  /// `batch`: wanted configurations a batch. `numbers_per_piece`: sums that each piece hands to the root, for a bound on what is
  /// gathered in a batch. `components`: numbers of a configuration.
  WorkPlan(std::int64_t samples, std::int64_t first, std::int64_t batch, std::int64_t numbers_per_piece = 1, std::int64_t components = 1);

  std::int64_t samples() const { return samples_; }
  std::int64_t first() const { return first_; }
  std::int64_t block() const { return block_; }
  std::int64_t components() const { return components_; }
  std::int64_t blocks() const;
  std::int64_t batches() const;
  /// Configurations whose sums travel together: a unit, or a block if that is less.
  std::int64_t piece() const { return block_ < unit_ ? block_ : unit_; }

  /// Configurations of a unit; units are counted from configuration 0.
  Range unit(std::int64_t index) const;
  /// Units of a batch, and those of them that fall to a rank.
  Range batch(std::int64_t index) const;
  Range batch(std::int64_t index, const Comm& comm) const;
  /// Configurations of a range of units, and how many pieces they make.
  Range configurations(const Range& units) const;
  std::int64_t pieces(const Range& configurations) const;
  /// Blocks of batch `index`, counted from configuration 0.
  Range blocks(std::int64_t index) const;

 private:
  std::int64_t samples_;
  std::int64_t first_;
  std::int64_t block_;
  std::int64_t unit_;
  std::int64_t batch_ = 0;
  std::int64_t components_;
};

}  // namespace scorefield
