#include "physics/free_field.h"

#include <cmath>
#include <numbers>

namespace scorefield {

double free_propagator(double kappa, std::size_t extent_y, std::size_t extent_x, std::size_t n_y, std::size_t n_x) {
  const auto cosine = [](std::size_t n, std::size_t extent) {
    return std::cos(2.0 * std::numbers::pi * static_cast<double>(n) / static_cast<double>(extent));
  };
  return 1.0 / (2.0 - 4.0 * kappa * (cosine(n_y, extent_y) + cosine(n_x, extent_x)));
}

}  // namespace scorefield
