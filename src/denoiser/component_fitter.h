// Fits the features of a complexified field's score by least squares, one noise level at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "denoiser/component_features.h"
#include "denoiser/cross_spectra.h"
#include "denoiser/level_fitter.h"
#include "denoiser/mode_orbits.h"

namespace scorefield {

struct Equations;  // least_squares.h

/// ComponentFitter::numbers() for `components` numbers a site, without a fitter.
std::size_t numbers_of_component_fit(FieldShape shape, std::size_t components, bool directed, int order);

/// Minimises sum_n (T - D_ref(y) - R(y))_n^2 (v_n + r^2)/(v_n r^2), each mode in units of its posterior variance under the reference, with
/// R = sum_i c_i F_i - A y and E[R(k) y(k)^dagger] = 0. The sums are the cross spectra of all features, of y and of T - D_ref, from which
/// the normal equations of all coefficients follow: those of features that correct real parts, imaginary parts, plain or smoothed.
class ComponentFitter : public LevelFitter {
 public:
  ComponentFitter(const FieldReference& reference, int order);

  std::size_t numbers() const override { return spectra_.numbers(); }
  void set_level(const ReferenceLevel& level) override;
  double add(std::span<const double> y, std::span<const double> target, std::span<double> sums) override;
  FitSolution solve(std::span<const double> sums) const override;

 private:
  struct OrbitSums;
  struct Term;
  struct Setting;
  std::vector<Term> terms() const;
  OrbitSums orbit_sums(std::span<const double> sums, std::size_t orbit) const;
  std::ptrdiff_t row_of(const Term& term, std::size_t field) const;
  void add_orbit(const Setting& setting, std::span<const double> sums, std::size_t orbit, Equations& to) const;
  Equations normal_of(const Setting& setting, std::span<const double> sums) const;
  std::vector<double> linear_of(const Setting& setting, std::span<const double> sums, std::span<const double> coefficients) const;
  std::size_t complex_fields() const { return components_ / 2; }

  FieldReference reference_;
  std::size_t components_;
  ComponentFields fields_;
  CrossSpectra spectra_;
  std::optional<ReferenceLevel> level_;
  std::vector<double> rows_, residual_;
};

}  // namespace scorefield
