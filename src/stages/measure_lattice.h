// Measurements on ensembles of lattice fields.
#pragma once

#include <string>
#include <vector>

#include "stages/context.h"

namespace scorefield {

/// Measures the configurations /field of a file into the group `name` of results.h5: quantities, correlators, spectrum, histograms,
/// autocorrelations, and whether the chains (/chain; one chain if it is missing) are in equilibrium. Never asks who made them. Returns
/// lines for the log, warnings among them. Collective.
std::vector<std::string> measure_lattice(const Context& context, const std::string& name, const H5File& file, H5File& out);

}  // namespace scorefield
