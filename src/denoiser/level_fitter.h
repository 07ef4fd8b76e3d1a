// How the features of a lattice score are fitted at a noise level.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "denoiser/field_reference.h"

namespace scorefield {

/// What the sums of a level say.
struct FitSolution {
  std::vector<double> coefficients;
  std::vector<double> linear;  ///< A, what is linear in the features (features.h)
  std::vector<double> zero;    ///< B of the zero mode
};

/// One object a thread. Local.
class LevelFitter {
 public:
  virtual ~LevelFitter() = default;
  /// Entries of the sums.
  virtual std::size_t numbers() const = 0;
  /// The noise of the configurations that follow; keeps a copy. To be called first.
  virtual void set_level(const ReferenceLevel& level) = 0;
  /// Adds the configuration with noisy field y and target T, both in modes. Returns the largest |u|.
  virtual double add(std::span<const double> y, std::span<const double> target, std::span<double> sums) = 0;
  /// `sums`: those of one or more groups of configurations, [group][numbers()]. NumericalError if they are not finite.
  virtual FitSolution solve(std::span<const double> sums) const = 0;
};

/// Of features up to `order`, for fields of one component or several.
std::unique_ptr<LevelFitter> make_fitter(const FieldReference& reference, int order);

}  // namespace scorefield
