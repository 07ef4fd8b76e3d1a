// The law that a lattice score is measured against: a Gaussian with the ensemble's propagator, or two of them about +-m.
#pragma once

#include <span>
#include <vector>

#include "diffusion/schedule.h"
#include "lattice/field_shape.h"

namespace scorefield {

/// phi_0 = s m + chi with s = +-1 and chi Gaussian of spectrum C(k) = <|chi~(k)|^2>/V; m = 0: one Gaussian, C = G_0. A noisy y = phi_0 + r
/// eps has the same form with C + r^2, at every r. All functions are local; `h` is the orthogonal Hartley transform of a field
/// (lattice/hartley.h).
struct FieldReference {
  FieldShape shape;
  double magnetisation = 0.0;    ///< m
  std::vector<double> spectrum;  ///< C, [n_y][n_x]

  /// <phi^2> of a site.
  double site_variance() const;
  /// The largest of the spectrum.
  double widest() const;
};

/// A reference at one noise: best denoiser, and the map from noisy fields to standard normal numbers and back.
class ReferenceLevel {
 public:
  ReferenceLevel(const FieldReference& reference, double ratio);

  double ratio() const { return ratio_; }
  /// E[s | y] = tanh(m sqrt(V) h(0)/(C(0) + r^2)).
  double sign(double zero_mode) const;
  /// C/(C + r^2), by which the field about s m is filtered.
  std::span<const double> filter() const { return filter_; }
  /// The posterior's propagator C r^2/(C + r^2) over its largest value.
  std::span<const double> propagator() const { return propagator_; }

  /// 1/sqrt(C(0) + r^2).
  double slope_of_zero_mode() const { return 1.0 / deviation_[0]; }
  /// Adds D_ref(y) to `to`: s m + filter (y - s m) at the mean sign s.
  void add_denoised(std::span<const double> y, std::span<double> to) const;

  /// Whitened numbers of h: h/sqrt(C + r^2); the zero mode of a mixture by its distribution function F, as Phi^-1(F(h)). Standard normal if
  /// y has the reference's law, and constant along the reference's own probability flow, at every r.
  void whiten(std::span<const double> h, std::span<double> whitened) const;
  void unwhiten(std::span<const double> whitened, std::span<double> h) const;
  /// d whitened/d h for each mode; h(0) matters for a mixture only.
  void slopes(double zero_mode, std::span<double> slopes) const;

 private:
  double centre_ = 0.0;  ///< m sqrt(V)
  double ratio_;
  std::vector<double> filter_, propagator_, deviation_;
};

/// Two Gaussians of deviation `deviation` about +-centre: x -> Phi^-1(F(x)), its inverse and its slope, accurate in the tails and between
/// the peaks.
double whiten_mixture(double x, double centre, double deviation);
double unwhiten_mixture(double whitened, double centre, double deviation);
double slope_of_mixture(double x, double centre, double deviation);

}  // namespace scorefield
