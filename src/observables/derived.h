// What follows from the ensemble means of the scalars of a LatticeObserver: pure functions, for a jackknife (statistics/cumulants.h).
// Local; no errors.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "observables/four_point.h"

namespace scorefield {

/// Cumulants of the magnetisation M, and those of the field at a site.
Orders magnetisation_cumulants(std::span<const double> means);
Orders site_cumulants(std::span<const double> means);

/// U = 1 - <M^4>/(3 <M^2>^2).
double binder_cumulant(std::span<const double> means);

/// chi = V (<M^2> - <|M|>^2).
double susceptibility(const FieldShape& extents, std::span<const double> means);

/// Connected four-point functions at the side number `index`.
ConnectedFourPoint connected_four_point(std::span<const double> means, std::size_t index);

/// All of the above and V <M^2> in one vector, and their names.
std::vector<double> derived_quantities(const FieldShape& extents, std::span<const double> means);
std::vector<std::string> derived_names(const FieldShape& extents);

}  // namespace scorefield
