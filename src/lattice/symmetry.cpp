#include "lattice/symmetry.h"

namespace scorefield {

Symmetry some_symmetry(FieldShape shape, const std::array<double, Symmetry::kUniforms>& uniforms) {
  const auto site = [](double u, std::size_t extent) { return static_cast<std::size_t>(u * static_cast<double>(extent)) % extent; };
  return {site(uniforms[0], shape.y),
          site(uniforms[1], shape.x),
          uniforms[2] < 0.5,
          uniforms[3] < 0.5,
          shape.y == shape.x && uniforms[4] < 0.5,
          uniforms[5] < 0.5 ? -1.0 : 1.0};
}

void apply(const Symmetry& symmetry, FieldShape shape, std::span<const double> from, std::span<double> to) {
  for (std::size_t y = 0; y < shape.y; ++y) {
    for (std::size_t x = 0; x < shape.x; ++x) {
      const std::size_t a = symmetry.exchange ? x : y, b = symmetry.exchange ? y : x;
      const std::size_t row = (symmetry.reflect_y ? shape.y - 1 - a : a) + symmetry.shift_y;
      const std::size_t column = (symmetry.reflect_x ? shape.x - 1 - b : b) + symmetry.shift_x;
      to[row % shape.y * shape.x + column % shape.x] = symmetry.sign * from[y * shape.x + x];
    }
  }
}

}  // namespace scorefield
