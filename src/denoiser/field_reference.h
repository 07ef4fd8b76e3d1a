// The law that a lattice score is measured against: a Gaussian with the ensemble's propagator, or two of them about +-m.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "denoiser/mode_basis.h"
#include "denoiser/zero_mode.h"
#include "diffusion/schedule.h"
#include "lattice/field_shape.h"

namespace scorefield {

/// phi_0 = s m + chi with s = +-1 and chi Gaussian of spectrum C(k) = <|chi~(k)|^2>/V; m = 0: one Gaussian, C = G_0. The zero mode may have
/// another law, as it was measured, and is independent of the other modes. A noisy y = phi_0 + r eps has the same form with C + r^2, at
/// every r. All functions are local; `h` are the modes of a field (mode_transform.h): its orthogonal Hartley transform, or of several
/// components a site, which are Gaussian about 0, what `basis` makes of them.
struct FieldReference {
  FieldShape shape;
  double magnetisation = 0.0;                ///< m
  std::vector<double> spectrum;              ///< C of all modes: [n_y][n_x], or [i][n_y][n_x] of several components
  ZeroMode zero;                             ///< of h(0)
  std::shared_ptr<const ModeBasis> basis{};  ///< of several components

  /// Numbers of a configuration.
  std::size_t numbers() const { return spectrum.size(); }
  /// <phi^2> of a site, of several components their mean.
  double site_variance() const;
  /// The smallest <phi_a^2> of all components of a site.
  double least_site_variance() const;
  /// The largest of the spectrum.
  double widest() const;
};

/// A reference at one noise: best denoiser, and the map from noisy fields to standard normal numbers and back.
class ReferenceLevel {
 public:
  ReferenceLevel(const FieldReference& reference, double ratio);

  double ratio() const { return ratio_; }
  /// The law of h(0): E[s | y], E[h_0(0) | y], and whitening.
  const ZeroModeLevel& zero() const { return zero_; }
  /// C/(C + r^2), by which the field about s m is filtered.
  std::span<const double> filter() const { return filter_; }
  /// Of a site, mean over k: C^2/(C + r^2), of the field about s m that is filtered, and C r^2/(C + r^2), what is left unknown.
  double denoised_variance() const { return denoised_variance_; }
  double posterior_variance() const { return posterior_variance_; }

  /// Adds D_ref(y) to `to`: filter y, and of the zero mode its mean given y.
  void add_denoised(std::span<const double> y, std::span<double> to) const;

  /// Whitened numbers of h: h/sqrt(C + r^2); the zero mode by its distribution function F, as Phi^-1(F(h)). Standard normal if
  /// y has the reference's law, and constant along the reference's own probability flow, at every r.
  void whiten(std::span<const double> h, std::span<double> whitened) const;
  void unwhiten(std::span<const double> whitened, std::span<double> h) const;
  /// d whitened/d h for each mode; that of the zero mode depends on it.
  void slopes(double zero_mode, std::span<double> slopes) const;

 private:
  double ratio_, denoised_variance_ = 0.0, posterior_variance_ = 0.0;
  ZeroModeLevel zero_;
  std::vector<double> filter_, deviation_;
};

}  // namespace scorefield
