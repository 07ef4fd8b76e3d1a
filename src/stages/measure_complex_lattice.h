// Measurements on ensembles of complexified lattice fields.
#pragma once

#include <string>
#include <vector>

#include "stages/context.h"

namespace scorefield {

/// Measures the configurations /field of a file into the group `name` of results.h5: complex averages and cumulants of a site, the
/// spectrum, autocorrelations, and the criteria for correctness with their verdict. Returns lines for the log, warnings among them.
/// Collective.
std::vector<std::string> measure_complex_lattice(const Context& context, const std::string& name, const H5File& file, H5File& out);

}  // namespace scorefield
