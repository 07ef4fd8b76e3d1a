#include "denoiser/mode_transform.h"

#include <algorithm>

namespace scorefield {

ModeTransform::ModeTransform(const FieldReference& reference)
    : reference_(reference), hartley_(Hartley::orthogonal(reference.shape)), components_(reference.basis ? reference.numbers() : 0) {}

void ModeTransform::of_components(std::span<const double> from, std::span<double> to) {
  const std::size_t sites = reference_.shape.sites();
  for (std::size_t at = 0; at < from.size(); at += sites) hartley_.transform(from.subspan(at, sites), to.subspan(at, sites));
}

void ModeTransform::to_modes(std::span<const double> from, std::span<double> to) {
  if (!reference_.basis) return of_components(from, to);
  const std::size_t numbers = reference_.numbers();
  for (std::size_t at = 0; at < from.size(); at += numbers) {
    of_components(from.subspan(at, numbers), components_);
    reference_.basis->vectors().apply_adjoint(components_, to.subspan(at, numbers));
  }
}

void ModeTransform::to_sites(std::span<const double> from, std::span<double> to) {
  if (!reference_.basis) return of_components(from, to);
  const std::size_t numbers = reference_.numbers();
  for (std::size_t at = 0; at < from.size(); at += numbers) {
    reference_.basis->vectors().apply(from.subspan(at, numbers), components_);
    of_components(components_, to.subspan(at, numbers));
  }
}

}  // namespace scorefield
