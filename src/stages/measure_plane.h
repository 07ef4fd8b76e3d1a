// Measurements on points z = x + i y of complex Langevin.
#pragma once

#include <string>
#include <vector>

#include "stages/context.h"

namespace scorefield {

/// Measures the configurations /field (two components) of a file into the group `name` of results.h5: moments and cumulants of z beside the
/// exact ones, averages over the plane, histograms, and the criteria for correctness with their verdict. Returns lines for the log.
/// Collective.
std::vector<std::string> measure_plane(const Context& context, const std::string& name, const H5File& file, H5File& out);

/// What is known of the deck's model without walkers: /exact, and the solution of the Fokker-Planck equation in /fokker_planck where it
/// exists. Returns lines for the log. Collective.
std::vector<std::string> write_plane_theory(const Context& context, H5File& out);

}  // namespace scorefield
