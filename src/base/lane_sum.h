// Sums in eight partial sums, added in pairs at the end: as fast as vectors are, and the same bits whatever the compiler makes of them.
#pragma once

#include <array>
#include <cstddef>

namespace scorefield {

using SumLanes = std::array<double, 8>;

inline double total(const SumLanes& lanes) {
  return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

/// sum_i value(i), i < count. Local.
template <class Value>
double lane_sum(std::size_t count, const Value& value) {
  SumLanes lanes{};
  std::size_t first = 0;
  for (; first + lanes.size() <= count; first += lanes.size()) {
#pragma omp simd
    for (std::size_t l = 0; l < lanes.size(); ++l) lanes[l] += value(first + l);
  }
  for (std::size_t l = 0; first + l < count; ++l) lanes[l] += value(first + l);
  return total(lanes);
}

}  // namespace scorefield
