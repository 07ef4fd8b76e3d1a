// From the sites of a field to its modes, and back.
#pragma once

#include <span>
#include <vector>

#include "denoiser/field_reference.h"
#include "lattice/hartley.h"

namespace scorefield {

/// Orthogonal transform of configurations [component][site] to numbers [i][k] that are independent under the reference: the Hartley
/// transform, and with several components their mixing at each wave number (mode_basis.h). Holds what it works in: one object a thread.
/// Local.
class ModeTransform {
 public:
  /// `reference` must outlive it.
  explicit ModeTransform(const FieldReference& reference);

  /// One configuration or several, one behind the other; `from` and `to` may be the same array.
  void to_modes(std::span<const double> from, std::span<double> to);
  void to_sites(std::span<const double> from, std::span<double> to);

  /// Hartley coefficients of the components, [component][k]: of one configuration, from and to sites.
  void of_components(std::span<const double> from, std::span<double> to);

 private:
  const FieldReference& reference_;
  Hartley hartley_;
  std::vector<double> components_;
};

}  // namespace scorefield
