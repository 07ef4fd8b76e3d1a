// Fits the features of a lattice score by least squares, one noise level at a time.
#pragma once

#include <string>
#include <vector>

#include "denoiser/features.h"

namespace scorefield {

/// Sums over configurations of a level: the normal equations of  min_c |T - D_ref(y) - sum_i c_i F_i(y)|^2  with the target T, phi_0 or its
/// mean under the posterior. In Hartley coefficients, where that is the sum over sites. One object a thread. Local.
class FeatureFitter {
 public:
  FeatureFitter(const FieldReference& reference, int order);

  /// Entries of the sums: upper triangle of F F^T, F (T - D_ref), |T - D_ref|^2.
  std::size_t numbers() const { return features_ * (features_ + 1) / 2 + features_ + 1; }
  void set_level(const ReferenceLevel& level);
  /// Adds the configuration with noisy field y and target T, both in Hartley coefficients. Returns the largest |u|.
  double add(std::span<const double> y, std::span<const double> target, std::span<double> sums);

 private:
  std::size_t features_;
  FeatureFields fields_;
  std::optional<ReferenceLevel> level_;
  std::vector<double> transformed_, residual_;
};

/// What a level's sums say.
struct LevelSolution {
  std::vector<double> coefficients;
  double explained = 0.0;  ///< |sum c F|^2 summed over configurations and sites, of
  double total = 0.0;      ///< |T - D_ref|^2
};

/// Solves the normal equations, scaled to a unit diagonal, with a ridge of 1e-9 against features that are alike. NumericalError if the sums
/// are not finite. Local.
LevelSolution solve_level(std::size_t features, std::span<const double> sums);

}  // namespace scorefield
