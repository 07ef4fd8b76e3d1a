// What a training of a network carries from step to step. No torch types.
#pragma once

#include <cstdint>
#include <vector>

namespace scorefield {

/// Flat arrays of all weights, in the order of the network's layout.
struct TrainingState {
  std::int64_t step = 0;
  std::vector<double> weights;
  std::vector<double> averaged_weights;
  std::vector<double> gradient_mean;    ///< Adam's first moment
  std::vector<double> gradient_square;  ///< Adam's second moment
};

}  // namespace scorefield
