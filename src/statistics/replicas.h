// Whether Markov chains of one simulation agree (Vehtari, Gelman, Simpson, Carpenter, Buerkner, Bayesian Analysis 16 (2021) 667,
// arXiv:1903.08008). Local.
#pragma once

#include "statistics/lagged_products.h"

namespace scorefield {

struct ReplicaAgreement {
  double r_hat = 1.0;     ///< 1 for chains that agree; above about 1.01 they have not forgotten where they started
  double bulk_ess = 0.0;  ///< effective number of independent configurations
};

/// Rank-normalised split R-hat and bulk effective sample size, of chains of any lengths; one is enough, for it is split.
///
/// Every chain is split into its first and its last floor(N_r/2) configurations: M halves of lengths n_m, N configurations together. All
/// values are replaced by z = Phi^{-1}((rank - 3/8)/(N + 1/4)), equal ones by that of their average rank. R-hat is the larger one of that
/// of z and that of the folded values |a - median| treated in the same way, which sees chains that differ in width. Of z,
///
///   W = sum_m (n_m - 1) s_m^2 / (N - M),   B = sum_m n_m (mean_m - mean)^2 / (M - 1),   n = (N - sum_m n_m^2/N)/(M - 1)
///   V = W + (B - W)/n,   R-hat = sqrt(V/W),   rho(t) = 1 - (W - sum_m sum_i d_m[i] d_m[i + t] / N)/V,   d_m[i] = z_m[i] - mean_m
///
/// that is, every half counts by its length, and V is the estimate of an analysis of variance with groups of unequal size; for equal
/// lengths these are the equations of the article. ESS = N/tau, where tau = -1 + 2 sum_k P_k over the pairs P_k = rho(2k) + rho(2k + 1),
/// rho(0) = 1, up to the last before one that is not positive, none counted larger than those before it (Geyer 1992), plus the next even
/// rho if it is positive; and at most N log10(N).
///
/// Chains that are all constant and equal have R-hat 1 and ESS N; constant and different ones have R-hat infinity and an ESS of about
/// their number. NumericalError if a number is not finite, or if no chain has four configurations.
/// Cost: two sorts, and that of LaggedProducts.
ReplicaAgreement compare_replicas(Replicas replicas);

}  // namespace scorefield
