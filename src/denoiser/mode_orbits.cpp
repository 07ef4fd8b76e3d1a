#include "denoiser/mode_orbits.h"

#include <algorithm>
#include <map>
#include <utility>

namespace scorefield {

ModeOrbits::ModeOrbits(FieldShape shape, bool directed) : directed_(directed) {
  const bool square = shape.y == shape.x && !directed;
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> known;
  for (std::size_t y = 0; y < shape.y; ++y) {
    for (std::size_t x = 0; x < shape.x; ++x) {
      std::pair folded(std::min(y, shape.y - y), std::min(x, shape.x - x));
      if (square && folded.first > folded.second) std::swap(folded.first, folded.second);
      const std::size_t orbit = known.emplace(folded, known.size()).first->second;
      if (orbit == sizes_.size()) sizes_.push_back(0);
      of_.push_back(orbit);
      ++sizes_[orbit];
      mirrors_.push_back((shape.y - y) % shape.y * shape.x + (shape.x - x) % shape.x);
      signs_.push_back(!directed || y == 0 || 2 * y == shape.y ? 0 : 2 * y < shape.y ? 1 : -1);
    }
  }
}

void ModeOrbits::add(std::span<const double> values, std::span<double> sums) const {
  for (std::size_t k = 0; k < of_.size(); ++k) sums[of_[k]] += values[k];
}

std::vector<double> ModeOrbits::averaged(std::span<const double> values) const {
  std::vector<double> means(count(), 0.0);
  add(values, means);
  for (std::size_t o = 0; o < means.size(); ++o) means[o] /= static_cast<double>(sizes_[o]);
  return spread(means);
}

std::vector<double> ModeOrbits::spread(std::span<const double> of_orbits) const {
  std::vector<double> values;
  for (const std::size_t orbit : of_) values.push_back(of_orbits[orbit]);
  return values;
}

}  // namespace scorefield
