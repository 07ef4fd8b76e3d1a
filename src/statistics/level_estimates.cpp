#include "statistics/level_estimates.h"

#include <cmath>

namespace scorefield {
namespace {

std::vector<double> logarithms(std::span<const double> means) {
  std::vector<double> result;
  for (const double mean : means) result.push_back(std::log(mean));
  return result;
}

}  // namespace

LevelEstimates estimate_level(std::span<const double> powers, std::span<const double> exponentials, std::span<const double> counts) {
  return {jackknife(powers, counts, means_themselves), jackknife(powers, counts, cumulants_of_means),
          jackknife(exponentials, counts, logarithms)};
}

std::vector<int> tested_cumulants(const ExactLaw& law) {
  if (law.symmetric()) return {1, 3, 5, 7};
  return {0, 1, 2, 3, 4, 5};
}

std::vector<double> exact_cells(const ExactLaw& law, const NoiseLevel& level, std::span<const double> edges) {
  std::vector<double> result;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    result.push_back(law.distribution_function(level, edges[i + 1]) - law.distribution_function(level, edges[i]));
  }
  return result;
}

}  // namespace scorefield
