// The backward process of a lattice field, mode by mode.
#pragma once

#include "denoiser/correction.h"
#include "diffusion/flow.h"
#include "lattice/hartley.h"

namespace scorefield {

/// A configuration x are the modes (mode_transform.h) of the field phi_t = f (phi_0 + r eps). With y = x/f the probability
/// flow is dy/dr = (y - D(y))/r; whitened by the reference (ReferenceLevel), only the correction R = D - D_ref moves it:
///   d xh/dl = -(d xh/dy) R sqrt(r^2 + v)/sqrt(v),   l = -asinh(sqrt(v)/r),  v the variance of the level coordinate.
class FieldFlow : public Flow {
 public:
  /// `scale`: its variance is v.
  FieldFlow(const FieldReference& reference, const Correction& correction, const Reference& scale);
  std::size_t numbers() const override { return reference_.numbers(); }
  void slope(const NoiseLevel& level, std::span<const double> whitened, std::span<double> out) override;
  void lift(const NoiseLevel& from, const NoiseLevel& to, std::span<const double> noise, std::span<double> whitened) override;
  /// phi_0 = y + (D(y) - y)/2: for the reference exactly, for R to O(r^2 R).
  void finish(const NoiseLevel& from, std::span<double> whitened) override;
  void to_field(const NoiseLevel& level, std::span<const double> whitened, std::span<double> out) override;
  void score(const NoiseLevel& level, std::span<const double> x, std::span<double> out) override;
  /// The noisy fields y of whitened ones. Local.
  void to_noisy(const ReferenceLevel& at, std::span<const double> whitened, std::vector<double>& y) const;
  /// Makes of R, at the noisy fields y, what d xh/dl is.
  void to_slope(const ReferenceLevel& at, std::span<const double> y, std::span<double> r);

 private:
  template <class Action>
  void for_fields(std::span<double> fields, const Action& action) const;
  void correct(const ReferenceLevel& at, std::span<const double> whitened, std::span<double> out);
  void to_whitened(const ReferenceLevel& at, std::span<const double> y, std::span<double> r);

  const FieldReference& reference_;
  Reference scale_;
  std::unique_ptr<CorrectionWorker> correction_;
  std::vector<double> noisy_, slopes_;
};

}  // namespace scorefield
