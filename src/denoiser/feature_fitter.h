// Fits the features of a lattice score by least squares, one noise level at a time.
#pragma once

#include <vector>

#include "denoiser/features.h"
#include "denoiser/level_fitter.h"
#include "denoiser/mode_orbits.h"

namespace scorefield {

/// Sums over configurations of a level: the normal equations of  min_c |T - D_ref(y) - R(y)|^2  with the target T, phi_0 or its mean under
/// the posterior, and R = sum_i c_i (F_i - a_i y), where a_i(k) = <F_i(k) y(k)>/<y(k)^2>, the mean over configurations and over modes that
/// the lattice makes alike; of the zero mode the part that functions of it describe (zero_functions). In Hartley coefficients, where
/// |...|^2 is the sum over sites. One object a thread. Local.
class FeatureFitter : public LevelFitter {
 public:
  FeatureFitter(const FieldReference& reference, int order);

  /// Entries of the sums: upper triangle of F F^T, F (T - D_ref), and a row of orbits each of F y for the features that are
  /// not smoothed, of y^2 and of (T - D_ref) y; then H H^T of the functions of the zero mode, H F(0) and H (T - D_ref)(0).
  std::size_t numbers() const override {
    const std::size_t plain = fields_.nodes().plain.size();
    return features_ * (features_ + 1) / 2 + features_ + (plain + 2) * orbits_.count() + kZeroFunctions * (kZeroFunctions + plain + 1);
  }
  void set_level(const ReferenceLevel& level) override;
  double add(std::span<const double> y, std::span<const double> target, std::span<double> sums) override;
  /// Solves the normal equations, scaled to a unit diagonal, with a ridge: 1e-4 at least (features are nearly alike, and coefficients that
  /// cancel would not be smooth between noise levels), and up to 10^4 where that predicts better what was not fitted. `sums`: those of one
  /// or more groups of configurations, [group][numbers()]; with each left out in turn, |T - D_ref - R|^2 of it is predicted (what is linear
  /// taken out of each group by itself). Where data do not tell features from noise, as at the highest noises, nothing is left of them.
  /// A(k) = sum_i c_i a_i(k), of all modes but the zero mode.
  FitSolution solve(std::span<const double> sums) const override;

 private:
  struct Normal;
  Normal normal_of(std::span<const double> sums) const;

  FieldReference reference_;
  std::vector<FeatureNode> graph_;
  ModeOrbits orbits_;
  FeatureFields fields_;
  std::size_t features_;
  std::optional<ReferenceLevel> level_;
  std::vector<double> transformed_, residual_, product_;
};

}  // namespace scorefield
