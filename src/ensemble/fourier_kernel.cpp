#include "ensemble/fourier_kernel.h"

#include <cmath>
#include <numbers>

namespace scorefield {

FourierKernel::FourierKernel(const FieldShape& shape, double mass) : shape_(shape), hartley_(shape, 1.0), root_(shape.sites()) {
  const auto square = [](std::size_t n, std::size_t extent) {
    const double sine = std::sin(std::numbers::pi * static_cast<double>(n) / static_cast<double>(extent));
    return 4.0 * sine * sine;
  };
  for (std::size_t y = 0; y < shape.y; ++y) {
    for (std::size_t x = 0; x < shape.x; ++x) {
      const double khat2 = square(y, shape.y) + square(x, shape.x);
      root_[y * shape.x + x] = std::sqrt((mass * mass + 8.0) / (mass * mass + khat2));
    }
  }
}

void FourierKernel::apply_root(std::span<double> field) {
  hartley_.transform(field, field);
  const double scale = 1.0 / static_cast<double>(shape_.sites());
  for (std::size_t k = 0; k < field.size(); ++k) field[k] *= root_[k] * scale;
  hartley_.transform(field, field);
}

}  // namespace scorefield
