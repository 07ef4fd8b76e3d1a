#include "ensemble/fourier_kernel.h"

#include <cmath>
#include <numbers>

namespace scorefield {

FourierKernel::FourierKernel(const FieldShape& shape, double mass) : shape_(shape), fft_(shape), root_(shape.sites()) {
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

/// h(k) = sum_x phi(x) (cos kx + sin kx) = Re phi~ - Im phi~, which is its own inverse but for a factor V, and in which an even kernel is a
/// product as in Fourier space.
void FourierKernel::hartley(std::span<double> field) {
  fft_.transform(field);
  for (std::size_t y = 0; y < shape_.y; ++y) {
    const std::size_t mirror_y = (shape_.y - y) % shape_.y;
    const auto re = fft_.real(y), im = fft_.imaginary(y);
    const auto mirror_re = fft_.real(mirror_y), mirror_im = fft_.imaginary(mirror_y);
    double* row = field.data() + y * shape_.x;
    for (std::size_t x = 0; x < shape_.half_x(); ++x) row[x] = re[x] - im[x];
    for (std::size_t x = shape_.half_x(); x < shape_.x; ++x) row[x] = mirror_re[shape_.x - x] + mirror_im[shape_.x - x];
  }
}

void FourierKernel::apply_root(std::span<double> field) {
  hartley(field);
  const double scale = 1.0 / static_cast<double>(shape_.sites());
  for (std::size_t k = 0; k < field.size(); ++k) field[k] *= root_[k] * scale;
  hartley(field);
}

}  // namespace scorefield
