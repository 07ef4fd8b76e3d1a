#include "statistics/binning.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace scorefield {

std::size_t bin_size(double tau_int) {
  constexpr double kLongest = 1e15;  // any chain, and exact as a double
  if (std::isnan(tau_int)) throw NumericalError("an autocorrelation time is not a number: no bins can be chosen");
  return 5 * static_cast<std::size_t>(std::ceil(std::clamp(2.0 * tau_int, 1.0, kLongest)));
}

Bins cut_into_bins(std::span<const std::size_t> lengths, std::size_t size) {
  Bins result;
  for (std::size_t r = 0; r < lengths.size(); ++r) {
    const std::size_t n = lengths[r];
    const std::size_t parts = std::max<std::size_t>(n / size, n > 0 ? 1 : 0);
    for (std::size_t b = 0; b < parts; ++b) result.bins.push_back({r, b * n / parts, (b + 1) * n / parts});
  }
  result.too_few = result.bins.size() < kLeastBins;
  return result;
}

}  // namespace scorefield
