// What complex Langevin walkers say: estimates with jackknife errors from the sums of a PlaneTally. Local.
#pragma once

#include <span>
#include <vector>

#include "physics/complex_action.h"
#include "physics/complex_moments.h"
#include "statistics/cumulants.h"

namespace scorefield {

/// Complex numbers are pairs Re, Im.
struct PlaneEstimates {
  Estimate moments;          ///< <z^n>, n = 1 .. 8, [n][2]
  Estimate cumulants;        ///< of z, [n][2]
  Estimate schwinger_dyson;  ///< <L z^n>, n = 1 .. 8, [n][2]
  Estimate plane;            ///< <x^a y^b> of kPlanePowers
  Estimate outside;          ///< share of |y| >= Y at each cutoff
  Estimate boundary;         ///< <theta(Y - |y|) L z^n>, [cutoff][n = 2, 4][2]
  Estimate late_early;       ///< Re <z^2>, Im <z^2>, <|z|^2> of the second half of the walkers' configurations less those of the first;
                             ///< empty where walkers have one
};

/// Re and Im of each, one behind the other.
std::vector<double> in_pairs(std::span<const std::complex<double>> values);

/// `sums` [bin][quantity], `counts`: configurations a bin.
PlaneEstimates estimate_plane(const QuarticAction& action, std::span<const double> sums, std::span<const double> counts);

/// Where Re and Im of orders 2, 4, 6, 8 stand in an estimate [n][2]; those that have no error (a real theory's imaginary parts) are left
/// out.
std::vector<int> even_orders_of(const Estimate& estimate);

/// chi^2 of these against `exact`.
ChiSquared chi_squared_of_even(const Estimate& estimate, std::span<const double> exact, std::size_t bins);

}  // namespace scorefield
