// Between the noises at which something was fitted.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "diffusion/schedule.h"

namespace scorefield {

/// Linear in l = -asinh(sqrt(scale)/r) between two neighbours of the ascending `ratios`, constant outside. Local.
class LevelInterpolation {
 public:
  LevelInterpolation(std::span<const double> ratios, double scale, double ratio) {
    const auto above = static_cast<std::size_t>(std::upper_bound(ratios.begin(), ratios.end(), ratio) - ratios.begin());
    high_ = std::min(above, ratios.size() - 1);
    low_ = above == 0 ? 0 : above - 1;
    const double low = coordinate_of_ratio(ratios[low_], scale);
    if (high_ > low_) part_ = (coordinate_of_ratio(ratio, scale) - low) / (coordinate_of_ratio(ratios[high_], scale) - low);
  }

  /// Of one number a ratio, and of one list.
  double operator()(const std::vector<double>& of_ratios) const { return between(of_ratios[low_], of_ratios[high_]); }
  std::vector<double> operator()(const std::vector<std::vector<double>>& of_ratios) const {
    std::vector<double> values;
    for (std::size_t i = 0; i < of_ratios[low_].size(); ++i) values.push_back(between(of_ratios[low_][i], of_ratios[high_][i]));
    return values;
  }

 private:
  double between(double a, double b) const { return low_ == high_ ? a : (1.0 - part_) * a + part_ * b; }  // infinite limits stay

  std::size_t low_ = 0, high_ = 0;
  double part_ = 0.0;
};

}  // namespace scorefield
