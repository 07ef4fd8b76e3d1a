// Integrators of molecular dynamics, as lists of coefficients. Local.
#pragma once

#include <string>
#include <vector>

#include "physics/lattice_action.h"

namespace scorefield {

/// One step of a symmetric, area-preserving scheme in units of the step size: drifts and kicks in turn, a drift at both ends.
struct Integrator {
  std::string name;
  std::vector<double> drifts;  ///< one more than kicks
  std::vector<double> kicks;
};

/// leapfrog; omf2 and omf4: the minimum-norm schemes of Omelyan, Mryglod, Folk (Comp. Phys. Comm. 151, 272 (2003); in lattice field
/// theory Takaishi and de Forcrand, hep-lat/0505020), with two and four forces a step. The r.m.s. of Delta H at fixed length is of order 2,
/// 2 and 4 in the step. InputError for another name.
const Integrator& integrator_named(const std::string& name);

/// A trajectory: phi += first_drift pi, then the stages.
struct MolecularDynamics {
  double first_drift = 0.0;
  std::vector<Stage> stages;
};

/// `steps` steps, the last drift of each and the first of the next taken together.
MolecularDynamics make_trajectory(const Integrator& integrator, double step_size, std::int64_t steps);

}  // namespace scorefield
