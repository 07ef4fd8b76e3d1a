// Measurements of a zero-dimensional model whose law is known exactly. All functions are collective.
#pragma once

#include <string>

#include "physics/exact_law.h"
#include "stages/context.h"

namespace scorefield {

/// Moments, cumulants, W[J] and histogram of a file's configurations beside the exact ones, to group `name` of `out`. Returns its line of
/// the table.
std::string measure_points(const Context& context, const ExactLaw& law, const std::string& name, const H5File& file, H5File& out);

/// Cumulants, W[J] and histograms along a recorded process, `source` (/forward or /backward) of a file, beside the exact ones.
void measure_point_process(const Context& context, const ExactLaw& law, const std::string& name, const H5File& file,
                           const std::string& source, H5File& out);

}  // namespace scorefield
