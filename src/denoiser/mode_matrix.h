// Matrices that mix the components of a field, one for each wave number. Local.
#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

#include "denoiser/mode_orbits.h"

namespace scorefield {

/// A(k) of C x C complex numbers with A(-k) = A(k)*, so that real fields stay real. On orthogonal Hartley coefficients h_a(k) of the
/// components it acts by  h_a(k) -> sum_b Re A_ab(k) h_b(k) - Im A_ab(k) h_b(-k):  w -> A w for w_a(k) = h_a(k) + i h_a(-k), which is
/// (1+i) phi_a~(k)/sqrt(V). Arrays of components are [component][k].
class ModeMatrix {
 public:
  using Values = std::vector<std::complex<double>>;  ///< [a][b]

  /// `of_orbits`: A of each, for those modes of it that have sign 0 or 1.
  ModeMatrix(const ModeOrbits& orbits, std::size_t components, const std::vector<Values>& of_orbits);

  /// From numbers().
  ModeMatrix(const ModeOrbits& orbits, std::size_t components, std::span<const double> numbers);

  std::size_t components() const { return components_; }
  /// Re A, [a][b][k], and in a directed theory Im A behind it.
  const std::vector<double>& numbers() const { return numbers_; }
  /// A y, or A^dagger y.
  void apply(std::span<const double> y, std::span<double> to) const { multiply(y, to, false); }
  void apply_adjoint(std::span<const double> y, std::span<double> to) const { multiply(y, to, true); }

 private:
  void multiply(std::span<const double> y, std::span<double> to, bool adjoint) const;

  std::size_t components_, modes_;
  std::vector<std::size_t> mirror_;
  std::vector<double> numbers_;
};

/// How many numbers() there are.
std::size_t numbers_of_matrix(const ModeOrbits& orbits, std::size_t components);

}  // namespace scorefield
