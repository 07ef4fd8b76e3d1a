#include "statistics/replicas.h"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/error.h"
#include "base/finite.h"

namespace scorefield {
namespace {

using Chains = std::vector<std::vector<double>>;

Chains split(Replicas replicas) {
  Chains halves;
  std::size_t longest = 0;
  for (const auto& chain : replicas) {
    if (!all_finite(chain)) throw NumericalError("a Markov chain has a value that is not a finite number");
    const auto half = static_cast<std::ptrdiff_t>(chain.size() / 2);
    longest = std::max(longest, chain.size());
    if (half == 0) continue;
    halves.emplace_back(chain.begin(), chain.begin() + half);
    halves.emplace_back(chain.end() - half, chain.end());
  }
  if (longest < 4) throw NumericalError("R-hat needs a Markov chain of at least four configurations");
  return halves;
}

double size(const Chains& chains) {
  double n = 0.0;
  for (const auto& chain : chains) n += static_cast<double>(chain.size());
  return n;
}

double normal_quantile(double p) {
  using Policy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;  // else long double, 3 times slower
  return -std::numbers::sqrt2 * boost::math::erfc_inv(2.0 * p, Policy());
}

Chains normalise_ranks(Chains chains) {
  struct Entry {
    double value;
    double* place;
  };
  std::vector<Entry> sorted;
  for (auto& chain : chains) {
    for (double& a : chain) sorted.push_back({a, &a});
  }
  std::sort(sorted.begin(), sorted.end(), [](const Entry& a, const Entry& b) { return a.value < b.value; });
  const auto n = static_cast<double>(sorted.size());
  for (std::size_t begin = 0, end = 0; begin < sorted.size(); begin = end) {
    while (end < sorted.size() && sorted[end].value == sorted[begin].value) ++end;
    const double rank = 0.5 * static_cast<double>(begin + 1 + end);  // of begin + 1, ..., end
    const double z = normal_quantile((rank - 0.375) / (n + 0.25));
    for (std::size_t i = begin; i < end; ++i) *sorted[i].place = z;
  }
  return chains;
}

/// |a - median|.
Chains fold(Chains chains) {
  std::vector<double> all;
  for (const auto& chain : chains) all.insert(all.end(), chain.begin(), chain.end());
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::nth_element(all.begin(), middle, all.end());
  const double median = all.size() % 2 == 1 ? *middle : 0.5 * (*middle + *std::max_element(all.begin(), middle));
  for (auto& chain : chains) {
    for (double& a : chain) a = std::abs(a - median);
  }
  return chains;
}

struct Variances {
  double within = 0.0;  ///< W
  double total = 0.0;   ///< V
};

/// Takes from every chain its mean. Sums are over differences from one of the numbers, which are exactly 0 where chains are constant.
Variances centre(Chains& chains) {
  const double n = size(chains), m = static_cast<double>(chains.size());
  const double reference = chains[0][0];
  double within = 0.0, first = 0.0, second = 0.0, lengths = 0.0;
  for (auto& chain : chains) {
    const auto length = static_cast<double>(chain.size());
    const double origin = chain[0];
    double sum = 0.0;
    for (const double z : chain) sum += z - origin;
    const double mean = origin + sum / length;
    for (double& z : chain) {
      z -= mean;
      within += z * z;
    }
    first += length * (mean - reference);
    second += length * (mean - reference) * (mean - reference);
    lengths += length * length;
  }
  const double between = (second - first * first / n) / (m - 1.0);
  const double typical = (n - lengths / n) / (m - 1.0);
  Variances v{within / (n - m), 0.0};
  v.total = v.within + (between - v.within) / typical;
  return v;
}

double r_hat(Chains chains) {
  const Variances v = centre(chains);
  if (v.within > 0.0) return std::sqrt(v.total / v.within);
  return v.total > 0.0 ? std::numeric_limits<double>::infinity() : 1.0;
}

double effective_sample_size(Chains chains) {
  const double n = size(chains);
  const Variances v = centre(chains);
  if (v.total == 0.0) return n;
  LaggedProducts products(chains);
  const auto rho = [&](std::size_t t) { return t == 0 ? 1.0 : 1.0 - (v.within - products.sum(t) / n) / v.total; };
  double tau = -1.0, smallest = std::numeric_limits<double>::infinity();
  for (std::size_t t = 0; t + 1 < products.longest(); t += 2) {
    const double even = rho(t), pair = even + rho(t + 1);
    if (pair <= 0.0) {
      tau += std::max(even, 0.0);
      break;
    }
    smallest = std::min(smallest, pair);
    tau += 2.0 * smallest;
  }
  return n / std::max(tau, 1.0 / std::log10(n));
}

}  // namespace

ReplicaAgreement compare_replicas(Replicas replicas) {
  const Chains halves = split(replicas);
  const Chains z = normalise_ranks(halves);
  return {std::max(r_hat(z), r_hat(normalise_ranks(fold(halves)))), effective_sample_size(z)};
}

}  // namespace scorefield
