// Measurements on ensembles of lattice fields.
#pragma once

#include <string>
#include <vector>

#include "stages/context.h"

namespace scorefield {

struct MeasuredLattice {
  std::vector<std::string> lines;  ///< for the log, warnings among them; on the root
  /// Bins of the file's configurations, sweep by sweep of all chains, each ten of the longest autocorrelation times long; measure.bins at
  /// most. On all ranks.
  std::size_t chain_bins = 0;
};

/// Measures the configurations /field of a file into the group `name` of results.h5: quantities, correlators, spectrum, histograms,
/// autocorrelations, and whether the chains (/chain; one chain if it is missing) are in equilibrium. Never asks who made them. Collective.
MeasuredLattice measure_lattice(const Context& context, const std::string& name, const H5File& file, H5File& out);

}  // namespace scorefield
