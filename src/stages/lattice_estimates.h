// What an ensemble on a lattice says, as results.h5 keeps it: estimates with jackknife errors, from sums a bin.
#pragma once

#include <string>
#include <vector>

#include "deck/params.h"
#include "observables/chain_sums.h"
#include "observables/configuration.h"
#include "statistics/cumulants.h"

namespace scorefield {

/// A named group of results: value, error and, where it is known, the exact value (NaN elsewhere).
struct LatticeResults {
  std::vector<std::string> names;  ///< of the scalar quantities
  Estimate quantities;             ///< with covariance
  std::vector<double> exact;
  Estimate slices_y, slices_x;  ///< connected time-slice correlators
  Estimate mass_y, mass_x;      ///< effective masses
  Estimate spectrum;            ///< [k_y][k_x], k_x = 0 .. Lx/2
  std::vector<double> exact_spectrum;
  Estimate two_point;  ///< connected, [y][x]
  Estimate cumulants;  ///< of a site, with covariance
};

/// Means of all scalars, cumulants of a site and of M, ratios kappa_n/kappa_2^(n/2), the same of the distribution
/// symmetrised under phi -> -phi (Z2), Binder cumulant, susceptibility, correlation lengths (xi_connected with chi in the place of V
/// <M^2>), connected four-point functions, action density, and the Schwinger-Dyson average of phi dS/dphi, which is 1. Local.
LatticeResults estimate_lattice(const ModelParams& model, const ConfigurationObserver& observer, const ChainSums::Binned& bins);

/// Average of phi(x) dS/dphi(x) over the sites, from the scalars of a configuration or their means: its expectation is 1.
double schwinger_dyson(std::span<const double> scalars, double kappa, double lambda);

/// Couplings of the deck's model; lambda = 0 for a free field.
double lambda_of(const ModelParams& model);

}  // namespace scorefield
