#include "observables/equilibrium.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/text.h"
#include "statistics/binning.h"

namespace scorefield {
namespace {

constexpr double kLargestRHat = 1.05;
constexpr double kFewestIndependent = 100.0;
constexpr std::size_t kShowsSign = 20;     // configurations with either sign: all equal with probability 2^-19
constexpr std::size_t kShortestChain = 4;  // that R-hat is defined for
constexpr std::size_t kFewestBins = 4;     // that an error is made from

bool have_halves(const std::vector<std::vector<double>>& chains) {
  return std::any_of(chains.begin(), chains.end(), [](const auto& chain) { return chain.size() >= kShortestChain; });
}

/// R-hat and the like, where there are chains that can be cut into halves; no independent configurations are known of others.
ReplicaAgreement agreement_of(const std::vector<std::vector<double>>& chains) {
  return have_halves(chains) ? compare_replicas(chains) : ReplicaAgreement{std::numeric_limits<double>::quiet_NaN(), 0.0};
}

double mean(const std::vector<double>& values) {
  return values.empty() ? 0.0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Chains that are striped most of the time, beside others that are not, or with no configuration that is not.
void look_for_stripes(const std::vector<std::vector<double>>& chains, Equilibrium& result) {
  double all = 0.0, count = 0.0;
  std::size_t frozen = 0;
  for (const auto& chain : chains) {
    all += std::accumulate(chain.begin(), chain.end(), 0.0);
    count += static_cast<double>(chain.size());
    if (mean(chain) > 0.5) ++frozen;
  }
  result.striped = all / count;
  if (all == count) {
    result.warnings.emplace_back(
        "all configurations have stripes (domain walls around the lattice): unless it is long and thin, chains are frozen: use cluster "
        "updates");
  }
  // Where stripes come and go (small slices, or a long and thin lattice) all chains have as many.
  if (frozen == 0 || frozen == chains.size() || !(agreement_of(chains).r_hat > kLargestRHat)) return;
  result.warnings.push_back(
      formatted("%zu of %zu chains are frozen with stripes (domain walls around the lattice): use cluster updates", frozen, chains.size()));
}

/// Chains that never change the sign of M, each long enough to have done so if it could: their means are those of the signs they have.
bool signs_are_frozen(const std::vector<std::vector<double>>& chains) {
  return std::all_of(chains.begin(), chains.end(), [](const auto& chain) {
    const auto negative = [](double value) { return value < 0.0; };
    const auto count = static_cast<std::size_t>(std::count_if(chain.begin(), chain.end(), negative));
    return chain.size() >= kShowsSign && (count == 0 || count == chain.size());
  });
}

void look_at_series(const SeriesStatistics& series, Equilibrium& result) {
  const Autocorrelation& a = series.autocorrelation;
  if (series.agreement.r_hat > kLargestRHat) {
    result.warnings.push_back(formatted("chains do not agree on %s: R-hat = %.3g", series.name.c_str(), series.agreement.r_hat));
  } else if (a.window_limited || 3.0 * a.error_of_error > a.error || series.agreement.bulk_ess < kFewestIndependent) {
    result.warnings.push_back(formatted("chains are too short for %s: tau_int = %.3g configurations, about %.3g independent ones",
                                        series.name.c_str(), a.tau_int, series.agreement.bulk_ess));
  }
}

}  // namespace

Equilibrium examine(const ChainSums& sums) {
  Equilibrium result;
  const bool long_enough = have_halves(sums.series().front());
  if (!long_enough) result.warnings.emplace_back("no chain has four configurations: nothing tells whether they are in equilibrium");
  for (std::size_t i = 0; i < sums.series().size(); ++i) {
    const auto& chains = sums.series()[i];
    const std::string& name = sums.series_names()[i].name;
    if (name == "striped") {
      look_for_stripes(chains, result);
      continue;
    }
    result.series.push_back({name, gamma_method(chains), agreement_of(chains)});
    const bool frozen = name == "M" && signs_are_frozen(chains);
    if (frozen) {
      result.warnings.emplace_back(
          "the sign of M never changes along a chain: means of odd powers are those of the signs that chains began with: use cluster "
          "updates or generate.flip = yes");
    } else if (long_enough) {
      look_at_series(result.series.back(), result);
    }
    const Autocorrelation& a = result.series.back().autocorrelation;
    const bool unknown = a.window_limited && a.window > 0;  // at window 0 the series is noise, and tau_int 1/2
    result.tau_int = std::max(result.tau_int, unknown ? std::numeric_limits<double>::infinity() : a.tau_int);
  }
  return result;
}

ChainBins bins_of(const ChainSums& sums, const Equilibrium& equilibrium) {
  std::size_t longest = 1;
  for (const auto& chain : sums.series().front()) longest = std::max(longest, chain.size());
  ChainBins result;
  result.size = std::min(bin_size(equilibrium.tau_int), longest);
  result.binned = sums.bins(result.size);
  while (result.binned.counts.size() < kFewestBins && result.size > 1) result.binned = sums.bins(result.size /= 2);
  return result;
}

std::size_t bins_of_sweeps(const Equilibrium& equilibrium, std::size_t samples, std::size_t chains, std::size_t most) {
  constexpr double kTimesAutocorrelation = 10.0;  // a bin's length
  double longest = 0.5;
  for (const SeriesStatistics& each : equilibrium.series) longest = std::max(longest, each.autocorrelation.tau_int);
  const double sweeps = static_cast<double>(samples) / static_cast<double>(chains);
  return static_cast<std::size_t>(std::clamp(std::floor(sweeps / (kTimesAutocorrelation * longest)), 2.0, static_cast<double>(most)));
}

}  // namespace scorefield
