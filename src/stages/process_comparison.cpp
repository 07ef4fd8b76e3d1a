#include "stages/process_comparison.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/text.h"

namespace scorefield {

Estimate deviation_from_start(const RecordedProcess& process, const std::vector<double>& sums, std::size_t k,
                              const DerivedFunction& function, const DerivedFunction& law) {
  const std::vector<double> first = process.bins_of(sums, 0), here = process.bins_of(sums, k);
  const std::size_t width = first.size() / process.bins();
  std::vector<double> both;
  for (std::size_t b = 0; b < process.bins(); ++b) {
    for (const auto* rows : {&first, &here}) {
      const auto row = std::span(*rows).subspan(b * width, width);
      both.insert(both.end(), row.begin(), row.end());
    }
  }
  return jackknife(both, process.sizes(), [&](std::span<const double> means) {
    const std::vector<double> expected = law(means.first(width));
    std::vector<double> deviation = function(means.subspan(width));
    for (std::size_t i = 0; i < deviation.size(); ++i) deviation[i] -= expected[i];
    return deviation;
  });
}

std::string text_of_p_values(const std::vector<double>& p_values) {
  std::vector<double> known;
  std::copy_if(p_values.begin(), p_values.end(), std::back_inserter(known), [](double p) { return !std::isnan(p); });
  if (known.empty()) return "";
  std::sort(known.begin(), known.end());
  return formatted("p-values from %.2g, median %.2g", known.front(), known[known.size() / 2]);
}

}  // namespace scorefield
