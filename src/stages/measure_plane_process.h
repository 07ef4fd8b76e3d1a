// What was recorded of points of the plane, or of complexified fields, along a process. All functions are collective.
#pragma once

#include <string>
#include <vector>

#include "stages/context.h"

namespace scorefield {

/// Estimates from `source` (/forward or /backward) of a file, in group `name` of `out`: moments and cumulants of z, [level][order][re, im],
/// and averages of kPlanePowers at each level, beside what follows from `start`, the forward process at t = 0 (plane_recorder.h); without
/// `start` that is left out. `chain_bins`: of the ensemble's configurations, which may be autocorrelated. Lines for the user, on the root.
std::vector<std::string> measure_plane_process(const Context& context, const std::string& name, const H5File& file,
                                               const std::string& source, const H5File* start, std::size_t chain_bins, H5File& out);

}  // namespace scorefield
