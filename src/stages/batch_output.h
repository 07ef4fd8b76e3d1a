// Outputs that are made batch by batch and survive a kill: configurations, and what is recorded along a process.
#pragma once

#include <functional>
#include <string>

#include "base/growing_file.h"
#include "base/tally.h"
#include "stages/batches.h"
#include "stages/survey.h"

namespace scorefield {

/// What such a file holds.
struct BatchContents {
  bool field = false;                     ///< /field
  const Recording* recording = nullptr;   ///< what is recorded, under `group`
  std::string group;                      ///< "/forward", "/backward" or "/finish"
  std::function<void(H5File&)> describe;  ///< sets attributes
  std::int64_t model = 0;                 ///< identity_of the model that it is made with; 0 if without one
};

/// Makes the file of `output` by work.load and work.unit (the other parts of `work` are set here): begins it, goes on from its
/// checkpoint, or extends a finished one, of which all whole blocks are kept. Checkpoints and stops at safe points. The result has the
/// same bits in all three cases. Collective.
void make_batch_output(const Context& context, const Surveyed& found, const BatchContents& contents, BatchWork work,
                       const std::string& title);

}  // namespace scorefield
