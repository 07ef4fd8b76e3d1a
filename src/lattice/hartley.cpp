#include "lattice/hartley.h"

#include <cmath>

namespace scorefield {

Hartley Hartley::orthogonal(FieldShape shape) { return {shape, 1.0 / std::sqrt(static_cast<double>(shape.sites()))}; }

void Hartley::transform(std::span<const double> from, std::span<double> to) {
  fft_.transform(from);
  for (std::size_t y = 0; y < shape_.y; ++y) {
    const std::size_t mirror_y = (shape_.y - y) % shape_.y;
    const auto re = fft_.real(y), im = fft_.imaginary(y);
    const auto mirror_re = fft_.real(mirror_y), mirror_im = fft_.imaginary(mirror_y);
    double* row = to.data() + y * shape_.x;
    for (std::size_t x = 0; x < shape_.half_x(); ++x) row[x] = scale_ * (re[x] - im[x]);
    for (std::size_t x = shape_.half_x(); x < shape_.x; ++x) row[x] = scale_ * (mirror_re[shape_.x - x] + mirror_im[shape_.x - x]);
  }
}

}  // namespace scorefield
