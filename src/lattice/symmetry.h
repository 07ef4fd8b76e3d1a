// The symmetries of a periodic lattice and of an even action.
#pragma once

#include <array>
#include <span>

#include "lattice/field_shape.h"

namespace scorefield {

/// A translation, reflections, the exchange of the axes, and a change of all signs, in the order exchange, reflections, translation.
struct Symmetry {
  static constexpr std::size_t kUniforms = 6;

  std::size_t shift_y = 0, shift_x = 0;  ///< sites, below the extents
  bool reflect_y = false, reflect_x = false, exchange = false;
  double sign = 1.0;
};

/// One of them from numbers in [0, 1), all alike in probability; axes are exchanged on a square only. Local.
Symmetry some_symmetry(FieldShape shape, const std::array<double, Symmetry::kUniforms>& uniforms);

/// The field, [y][x], to which it moves `from`; another array. Local.
void apply(const Symmetry& symmetry, FieldShape shape, std::span<const double> from, std::span<double> to);

}  // namespace scorefield
