// The loop that all stages share: batches of units over ranks and threads, statistics recorded on the way.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/work_plan.h"
#include "diffusion/recorder.h"
#include "stages/context.h"

namespace scorefield {

/// Sums over the configurations of each bin, on the root: [record][bin][quantity], and counts [record][cell].
struct RecordedSums {
  std::vector<double> sums;
  std::vector<double> counts;
};

/// What is done with a batch; each part may be empty.
struct BatchWork {
  using Record = std::function<void(std::size_t record, std::span<const double> x)>;
  /// Collective, before the units: fill this rank's configurations `rows` (from a file).
  std::function<void(const Range& rows, std::span<double> x)> load;
  /// Local, one call a unit, from several threads: work on the configurations `rows`, recording on the way.
  std::function<void(const Range& rows, std::span<double> x, const Record& record)> unit;
  /// Collective, after the units: store this rank's configurations.
  std::function<void(const Range& rows, std::span<const double> x)> store;
};

/// Runs all batches of the plan. The sums of a bin are added unit by unit in global order, so that the result does
/// not depend on ranks or threads, bit for bit. `recorder` may be null: nothing is recorded. Collective.
RecordedSums run_batches(const Context& context, const WorkPlan& plan, const Recorder* recorder, const BatchWork& work,
                         const std::string& title);

/// Writes levels, sources, sums, counts and edges under `group` ("/forward", "/backward"). Collective.
void write_recorded(H5File& file, const std::string& group, const WorkPlan& plan, const Recorder& recorder, const RecordedSums& recorded);

}  // namespace scorefield
