// All estimates at one level of noise from sums a bin: moments, cumulants, W[J]. Local.
#pragma once

#include "statistics/cumulants.h"

namespace scorefield {

struct LevelEstimates {
  Estimate moments;              ///< <x^n>, n = 1 .. 8
  Estimate cumulants;            ///< kappa_n, n = 1 .. 8
  Estimate generating_function;  ///< log <e^{J x}>, one a source
};

/// `powers` [bin][8] and `exponentials` [bin][source] are sums over the configurations of a bin, `counts` their numbers.
LevelEstimates estimate_level(std::span<const double> powers, std::span<const double> exponentials, std::span<const double> counts);

/// The components of the cumulants that a chi^2 against the law tests: orders 2, 4, 6, 8 where odd ones vanish by
/// symmetry, else 1 to 6. (All eight are so nearly dependent that what is quadratic in the fluctuations decides: with weights
/// 0.7 and 0.3, 10^5 configurations and 250 bins, 43 % of the p-values came out below 0.05; with six of them, 3 %.)
std::vector<int> tested_cumulants(const ExactLaw& law);

/// Exact probabilities of the cells between `edges` at a level.
std::vector<double> exact_cells(const ExactLaw& law, const NoiseLevel& level, std::span<const double> edges);

}  // namespace scorefield
