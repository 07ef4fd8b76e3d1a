// Numbers that are infinite or not a number. Local.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace scorefield {

/// Place of the first one among the values; their number if all are finite.
inline std::size_t first_not_finite(std::span<const double> values) {
  const auto found = std::find_if(values.begin(), values.end(), [](double value) { return !std::isfinite(value); });
  return static_cast<std::size_t>(found - values.begin());
}

inline bool all_finite(std::span<const double> values) { return first_not_finite(values) == values.size(); }

}  // namespace scorefield
