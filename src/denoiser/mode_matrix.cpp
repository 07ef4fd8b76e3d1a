#include "denoiser/mode_matrix.h"

#include <algorithm>

namespace scorefield {
namespace {

std::vector<std::size_t> mirrors_of(const ModeOrbits& orbits) {
  std::vector<std::size_t> mirrors;
  for (std::size_t k = 0; k < orbits.modes(); ++k) mirrors.push_back(orbits.mirror(k));
  return mirrors;
}

}  // namespace

std::size_t numbers_of_matrix(const ModeOrbits& orbits, std::size_t components) {
  return (orbits.directed() ? 2 : 1) * components * components * orbits.modes();
}

ModeMatrix::ModeMatrix(const ModeOrbits& orbits, std::size_t components, const std::vector<Values>& of_orbits)
    : components_(components), modes_(orbits.modes()), mirror_(mirrors_of(orbits)), numbers_(numbers_of_matrix(orbits, components)) {
  const std::size_t entries = components * components;
  for (std::size_t k = 0; k < modes_; ++k) {
    const Values& values = of_orbits[orbits.of(k)];
    for (std::size_t i = 0; i < entries; ++i) {
      numbers_[i * modes_ + k] = values[i].real();
      if (orbits.directed()) numbers_[(entries + i) * modes_ + k] = orbits.sign(k) * values[i].imag();
    }
  }
}

ModeMatrix::ModeMatrix(const ModeOrbits& orbits, std::size_t components, std::span<const double> numbers)
    : components_(components), modes_(orbits.modes()), mirror_(mirrors_of(orbits)), numbers_(numbers.begin(), numbers.end()) {}

void ModeMatrix::multiply(std::span<const double> y, std::span<double> to, bool adjoint) const {
  const std::size_t entries = components_ * components_;
  const bool real = numbers_.size() == entries * modes_;
  std::fill(to.begin(), to.end(), 0.0);
  for (std::size_t a = 0; a < components_; ++a) {
    double* const sum = &to[a * modes_];
    for (std::size_t b = 0; b < components_; ++b) {
      const std::size_t entry = adjoint ? b * components_ + a : a * components_ + b;
      const double *re = &numbers_[entry * modes_], *from = &y[b * modes_];
      for (std::size_t k = 0; k < modes_; ++k) sum[k] += re[k] * from[k];
      if (real) continue;
      const double *im = &numbers_[(entries + entry) * modes_], sign = adjoint ? 1.0 : -1.0;
      for (std::size_t k = 0; k < modes_; ++k) sum[k] += sign * im[k] * from[mirror_[k]];
    }
  }
}

}  // namespace scorefield
