// The trained score of points of the plane as a vector field.
#pragma once

#include <string>
#include <vector>

#include "stages/context.h"
#include "stages/measure_plane.h"

namespace scorefield {

/// Of each model of the deck that is there: its score on a grid at some noise levels beside the exact one (of the Gaussian) or that of the
/// Fokker-Planck equation, their distance, the curl, the density that follows by integration, its distance from P(x,y), and the fixed
/// points with their kind, in /score-P of `out`. Returns lines for the log. Collective.
std::vector<std::string> measure_plane_scores(const Context& context, const PlaneTheory& theory, H5File& out);

}  // namespace scorefield
