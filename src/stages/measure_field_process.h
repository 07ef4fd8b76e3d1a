// What was recorded of lattice fields along a process, or while they were finished. All functions are collective.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stages/context.h"

namespace scorefield {

/// Estimates from `source` (/forward or /backward) of a file, in group `name` of `out`: cumulants, W[J], |M|, M^2, M^4 and the two-point
/// function of k = (0, n) at each level, beside what follows from `start`, the forward process at t = 0: kappa_n f^n, G_0 f^2 + Xi. Without
/// `start` these are left out. `chain_bins`: most bins of configurations of the ensemble, each long against its autocorrelations. Lines for
/// the user, on the root.
std::vector<std::string> measure_field_process(const Context& context, const std::string& name, const H5File& file,
                                               const std::string& source, const H5File* start, std::size_t chain_bins, H5File& out);

/// Estimates along the finish of samples, in group/finish of `out`: moments, |M|, M^2, the action, acceptance, <exp(-Delta H)>, and the
/// correlation with the samples before. Lines for the user, on the root.
std::vector<std::string> measure_finish(const Context& context, const std::string& group, const H5File& file, H5File& out);

}  // namespace scorefield
