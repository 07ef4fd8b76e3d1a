// The loop that all stages share: batches of units over ranks and threads, statistics recorded on the way.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/tally.h"
#include "base/work_plan.h"
#include "stages/context.h"

namespace scorefield {

/// How far a loop is; the same on all ranks.
struct BatchState {
  std::int64_t committed = 0;  ///< configurations whose results are stored; the loop goes on from there
  std::int64_t counted = 0;    ///< configurations that are in `counts`; more than committed where a finished file is extended
  std::vector<double> counts;  ///< histograms, [record][cell]
  std::uint64_t checksum = 0;  ///< of everything that was stored (checksum_of below)
};

/// What is done with a batch; each part may be empty. Arrays `x` hold plan.components() numbers a configuration; what is recorded may hold
/// another number of them.
struct BatchWork {
  /// Collective, before the units: fill this rank's configurations `rows` (from a file).
  std::function<void(const Range& rows, std::span<double> x)> load;
  /// Local, one call a unit, from several threads: work on the configurations `rows`, recording on the way.
  using Record = std::function<void(std::size_t record, std::span<const double> x)>;
  std::function<void(const Range& rows, std::span<double> x, const Record& record)> unit;
  /// Collective, after the units: store this rank's configurations.
  std::function<void(const Range& rows, std::span<const double> x)> store;
  /// Collective: store the sums of these blocks, [block][record][quantity], which the root has.
  std::function<void(const Range& blocks, std::span<const double> sums)> store_sums;
  /// Collective, after each batch: a safe point.
  std::function<void(const BatchState& state)> committed;
};

/// Runs the batches of the plan from state.committed on. The sums of a block are a binary tree over its configurations, so that they do
/// not depend on ranks, threads or batches, bit for bit. `tally` may be null: nothing is recorded. Collective.
void run_batches(const Context& context, const WorkPlan& plan, const Tally* tally, const BatchWork& work, BatchState& state,
                 const std::string& title);

/// Configurations a batch: run.batch, or 131072 for each core of all ranks, of fields as many as make 2^20 numbers. Collective.
std::int64_t wanted_batch(const Context& context, std::int64_t components = 1);

/// The part of a checksum that configurations contribute, of which `x` begins at `first` (a multiple of the plan's piece); parts add up,
/// modulo 2^64, in any order. Local.
std::uint64_t checksum_of(const WorkPlan& plan, std::int64_t first, std::span<const double> x);
/// The part of the sums of blocks, the first of which is `first`.
std::uint64_t checksum_of_sums(std::int64_t first, std::size_t numbers_per_block, std::span<const double> sums);

}  // namespace scorefield
