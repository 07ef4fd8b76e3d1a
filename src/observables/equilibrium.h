// Whether Markov chains have reached equilibrium, as far as they themselves can show it. Local.
#pragma once

#include <string>
#include <vector>

#include "observables/chain_sums.h"
#include "statistics/autocorrelation.h"
#include "statistics/replicas.h"

namespace scorefield {

/// What is known of one series.
struct SeriesStatistics {
  std::string name;
  Autocorrelation autocorrelation;
  ReplicaAgreement agreement;
};

struct Equilibrium {
  std::vector<SeriesStatistics> series;
  double tau_int = 0.5;               ///< the longest; infinite if that of a series was not found
  double striped = 0.0;               ///< share of the configurations with a stripe
  std::vector<std::string> warnings;  ///< what speaks against equilibrium; none if nothing does
};

/// Looks at the series of `sums`, one of which is named "striped" (0 or 1). Warns where chains do not agree (R-hat above 1.05), are too
/// short for their autocorrelations (fewer than 100 independent configurations in all), or are frozen with domain walls around the lattice:
/// striped for most of one chain, not for most of another, and R-hat says that this is no chance; or striped all the time. R-hat is NaN
/// where no chain has four configurations. Where no chain ever changes the sign of "M" it says that instead of what R-hat says of it.
Equilibrium examine(const ChainSums& sums);

/// Bins of `size` configurations for errors along the chains: 5 ceil(2 tau_int), at most a whole chain, and shorter where there would be
/// fewer than four of them.
struct ChainBins {
  ChainSums::Binned binned;
  std::size_t size = 1;
};
ChainBins bins_of(const ChainSums& sums, const Equilibrium& equilibrium);

/// Bins of all configurations, sweep by sweep of all chains, each ten of the longest autocorrelation times long: 2 to `most`.
std::size_t bins_of_sweeps(const Equilibrium& equilibrium, std::size_t samples, std::size_t chains, std::size_t most);

}  // namespace scorefield
