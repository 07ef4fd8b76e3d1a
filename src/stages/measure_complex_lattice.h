// Measurements on ensembles of complexified lattice fields.
#pragma once

#include <string>
#include <vector>

#include "stages/context.h"
#include "statistics/level_estimates.h"

namespace scorefield {

/// What is measured of an ensemble, as far as samples of a diffusion model are compared with it.
struct MeasuredComplexLattice {
  std::vector<std::string> lines;  ///< for the log, warnings among them; on the root
  /// Bins of the file's configurations, sweep by sweep of all chains, each ten of the longest autocorrelation times long; measure.bins at
  /// most. On all ranks, like all that follows.
  std::size_t chain_bins = 0;
  std::size_t bins = 0;  ///< of the estimates
  Estimate cumulants;    ///< of a site, [n = 1 .. 8][Re, Im], with covariance
  Estimate spectrum;     ///< [k_y][k_x][Re, Im]
};

/// Measures the configurations /field of a file into the group `name` of results.h5: complex averages and cumulants of a site, the
/// spectrum, autocorrelations, and the criteria for correctness with their verdict; beside `ensemble`, unless it is null, with how far the
/// cumulants and the spectrum are from it: group against_ensemble. Collective.
MeasuredComplexLattice measure_complex_lattice(const Context& context, const std::string& name, const H5File& file,
                                               const MeasuredComplexLattice* ensemble, H5File& out);

}  // namespace scorefield
