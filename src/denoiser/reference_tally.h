// Sums over an ensemble from which its reference follows.
#pragma once

#include <string>

#include "base/tally.h"
#include "denoiser/cross_spectra.h"
#include "denoiser/field_reference.h"

namespace scorefield {

/// Of each configuration h(k)^2 for all modes of the orthogonal Hartley transform, and |h(0)|. Local; safe to call from several threads.
class ReferenceTally : public Tally {
 public:
  explicit ReferenceTally(FieldShape shape) : shape_(shape) {}
  std::size_t records() const override { return 1; }
  std::size_t quantities() const override { return shape_.sites() + 1; }
  std::size_t cells() const override { return 0; }
  std::vector<double> sums(std::size_t record, std::span<const double> x) const override;
  void count(std::size_t /*record*/, std::span<const double> /*x*/, std::span<double> /*counts*/) const override {}

 private:
  FieldShape shape_;
};

/// Of configurations with several components a site, their cross spectra (cross_spectra.h). Local; safe to call from several threads.
class ComponentTally : public Tally {
 public:
  ComponentTally(FieldShape shape, std::size_t components, bool directed)
      : shape_(shape), components_(components), orbits_(shape, directed) {}
  std::size_t records() const override { return 1; }
  std::size_t quantities() const override { return CrossSpectra(orbits_, components_).numbers(); }
  std::size_t cells() const override { return 0; }
  std::vector<double> sums(std::size_t record, std::span<const double> x) const override;
  void count(std::size_t /*record*/, std::span<const double> /*x*/, std::span<double> /*counts*/) const override {}

  /// The covariance of each orbit from the sums over so many configurations.
  std::vector<ModeMatrix::Values> covariance(std::span<const double> sums, std::int64_t samples) const;

 private:
  FieldShape shape_;
  std::size_t components_;
  ModeOrbits orbits_;
};

/// The Gaussian about 0 with these propagators of the components (mode_basis.h). InputError if a mode does not fluctuate.
FieldReference component_reference(FieldShape shape, std::size_t components, bool directed, std::vector<ModeMatrix::Values> covariance);

/// The reference of this kind (gaussian, mixture) from the sums over as many configurations as there are `zero_modes` h(0); none: white
/// noise of the field's variance. The law of the zero mode has `peaks` pairs fitted to them, or with 0 is that of the kind. The spectrum is
/// averaged over the symmetries of the lattice: reflections, and the exchange of the axes where they are alike. InputError if the ensemble
/// has no fluctuations.
FieldReference reference_from(const std::string& kind, FieldShape shape, std::span<const double> sums, std::size_t peaks,
                              std::vector<double> zero_modes);

}  // namespace scorefield
