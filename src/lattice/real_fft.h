// Fourier transform of a real field on a two-dimensional lattice. Local; no errors.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "lattice/field_shape.h"

namespace scorefield {

/// phi~(k) = sum_x e^{-i k x} phi(x) at k = 2 pi (n_y/Ly, n_x/Lx), n_y = 0 .. Ly-1, n_x = 0 .. Lx/2, for any extents. Holds its plans and
/// what it works in: one object a thread.
class RealFft {
 public:
  explicit RealFft(FieldShape extents);
  ~RealFft();
  RealFft(RealFft&&) noexcept;
  RealFft& operator=(RealFft&&) noexcept;
  RealFft(const RealFft&) = delete;
  RealFft& operator=(const RealFft&) = delete;

  /// Transforms a field (Ly x Lx).
  void transform(std::span<const double> field);
  /// The last transform at n_y: Lx/2+1 numbers.
  std::span<const double> real(std::size_t n_y) const { return {real_.data() + n_y * width_, extents_.half_x()}; }
  std::span<const double> imaginary(std::size_t n_y) const { return {imaginary_.data() + n_y * width_, extents_.half_x()}; }

 private:
  struct Lines;  ///< keeps Eigen's headers out of here

  void along_x(std::span<const double> field, std::size_t first_row);
  void along_y(std::size_t first_wave_number);

  FieldShape extents_;
  std::size_t width_;  ///< Lx/2+1 rounded up to whole groups of lanes
  std::unique_ptr<Lines> lines_;
  std::vector<double> real_;  ///< Ly x width
  std::vector<double> imaginary_;
};

}  // namespace scorefield
