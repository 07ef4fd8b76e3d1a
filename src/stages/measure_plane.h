// Measurements on points z = x + i y of complex Langevin.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "observables/plane_estimates.h"
#include "physics/fokker_planck.h"
#include "stages/context.h"

namespace scorefield {

/// Measures the configurations /field (two components) of a file into the group `name` of results.h5: moments and cumulants of z beside the
/// exact ones, averages over the plane, and histograms. Of walkers also the criteria for correctness with their verdict, and `ensemble` is
/// set to what was measured; of samples of a diffusion model how they compare with it, if it is known. Returns lines for the log.
/// Collective.
std::vector<std::string> measure_plane(const Context& context, const std::string& name, const H5File& file,
                                       std::optional<PlaneEstimates>& ensemble, H5File& out);

/// What is known of the deck's model without walkers.
struct PlaneTheory {
  std::vector<std::string> lines;        ///< for the log
  bool solved = false;                   ///< well enough to compare with; on all ranks
  std::optional<FokkerPlanck> solution;  ///< on the root, where it exists
};

/// Writes /exact, and the solution of the Fokker-Planck equation in /fokker_planck where it exists. Collective.
PlaneTheory write_plane_theory(const Context& context, H5File& out);

}  // namespace scorefield
