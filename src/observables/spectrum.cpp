#include "observables/spectrum.h"

#include <cmath>
#include <numbers>

namespace scorefield {

void PowerSpectrum::observe(std::span<const double> field, std::span<double> spectrum) {
  fft_.transform(field);
  const double scale = 1.0 / static_cast<double>(extents_.sites());
  const std::size_t half = extents_.half_x();
  for (std::size_t n_y = 0; n_y < extents_.y; ++n_y) {
    const double* re = fft_.real(n_y).data();
    const double* im = fft_.imaginary(n_y).data();
    double* row = spectrum.data() + n_y * half;
#pragma omp simd
    for (std::size_t n_x = 0; n_x < half; ++n_x) row[n_x] = (re[n_x] * re[n_x] + im[n_x] * im[n_x]) * scale;
  }
}

std::vector<double> two_point_function(const FieldShape& extents, std::span<const double> spectrum, double mean) {
  const std::size_t ly = extents.y;
  const std::size_t lx = extents.x;
  const std::size_t half = extents.half_x();
  std::vector<double> all(extents.sites());
  // S and G are even: what is not in the stored half is at (-y, -x) in it. S is real, too, so that the transform back is the transform.
  const auto fill = [&](auto stored) {
    for (std::size_t y = 0; y < ly; ++y) {
      for (std::size_t x = 0; x < lx; ++x) all[y * lx + x] = x < half ? stored(y, x) : stored((ly - y) % ly, lx - x);
    }
  };
  fill([&](std::size_t y, std::size_t x) { return spectrum[y * half + x]; });
  RealFft fft(extents);
  fft.transform(all);
  const double scale = 1.0 / static_cast<double>(extents.sites());
  fill([&](std::size_t y, std::size_t x) { return fft.real(y)[x] * scale - mean * mean; });
  return all;
}

double second_moment_length(double at_zero, double at_least, std::size_t extent) {
  return std::sqrt(at_zero / at_least - 1.0) / (2.0 * std::sin(std::numbers::pi / static_cast<double>(extent)));
}

CorrelationLengths correlation_lengths(const FieldShape& extents, std::span<const double> spectrum) {
  const double y = second_moment_length(spectrum[0], spectrum[extents.half_x()], extents.y);
  const double x = second_moment_length(spectrum[0], spectrum[1], extents.x);
  return {y, x, 0.5 * (y + x)};
}

}  // namespace scorefield
