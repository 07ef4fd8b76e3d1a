#include "diffusion/level_density.h"

#include <algorithm>
#include <cmath>

namespace scorefield {
namespace {

constexpr std::size_t kCells = 8192;
constexpr double kShareInAngle = 0.4;

double angle(double coordinate) { return 2.0 * std::atan(std::exp(coordinate)); }

}  // namespace

LevelDensity::LevelDensity(const Schedule& schedule, const Reference& reference, double noise_min, const std::string& kind)
    : schedule_(schedule),
      reference_(reference),
      in_time_(kind == "uniform-time"),
      bottom_(-std::asinh(1.0 / noise_min)),
      top_(level_coordinate(schedule.at(1.0), reference)) {
  const double share = kind == "mixed" ? kShareInAngle : 0.0;
  const double angles = angle(top_) - angle(bottom_);
  for (std::size_t i = 0; i <= kCells; ++i) {
    const double part = static_cast<double>(i) / kCells;
    const double turned = (angle(bottom_ + part * (top_ - bottom_)) - angle(bottom_)) / angles;
    cumulative_.push_back((1.0 - share) * part + share * turned);
  }
}

NoiseLevel LevelDensity::at(double u) const {
  if (in_time_) {
    const double start = schedule_.at_ratio(ratio_of_coordinate(bottom_, reference_)).time;
    return schedule_.at(start + u * (1.0 - start));
  }
  const auto above = std::upper_bound(cumulative_.begin() + 1, cumulative_.end() - 1, u);
  const double cell = static_cast<double>(above - cumulative_.begin() - 1);
  const double part = (cell + (u - above[-1]) / (above[0] - above[-1])) / kCells;
  return schedule_.at_ratio(ratio_of_coordinate(bottom_ + part * (top_ - bottom_), reference_));
}

}  // namespace scorefield
