// The real Langevin equation d phi = -dS/dphi dt + sqrt(2) dW: stochastic quantisation (Parisi, Wu 1981).
#pragma once

#include "ensemble/chains.h"
#include "ensemble/hmc.h"

namespace scorefield {

/// How a step of size epsilon is made.
enum class LangevinScheme {
  euler,         ///< phi += epsilon F + sqrt(2 epsilon) eta_n: averages are wrong by O(epsilon)
  second_order,  ///< phi += epsilon F + sqrt(epsilon/2) (eta_n + eta_{n+1}) (Leimkuhler, Matthews 2013): O(epsilon^2), exact for free
                 ///< fields
};

/// `steps` uncorrected steps of size epsilon an update.
class Langevin : public Update {
 public:
  Langevin(std::uint64_t seed, double epsilon, std::int64_t steps, LangevinScheme scheme);
  void apply(ChainGroup& group, Workspace& work, std::uint64_t number) const override;

 private:
  void draw(ChainGroup& group, Workspace& work, Field& noise, std::uint64_t step) const;

  std::uint64_t seed_;
  Stage stage_;  ///< with pi = eta (or the mean of two), a kick of sqrt(epsilon/2) and a drift of sqrt(2 epsilon) are one step
  std::int64_t steps_;
  LangevinScheme scheme_;
};

/// Steps that an update may have: step k of update n takes noise number 2^20 n + k.
inline constexpr std::int64_t kMostSteps = std::int64_t{1} << 20;

/// `steps` (at most kMostSteps) Langevin steps an update, each with Metropolis correction: one leapfrog step of size sqrt(2 epsilon) that
/// begins and ends with half a kick. The outcome's probability is the mean over the steps, delta_h that of the last.
class CorrectedLangevin : public Update {
 public:
  CorrectedLangevin(std::uint64_t seed, double epsilon, std::int64_t steps);
  void apply(ChainGroup& group, Workspace& work, std::uint64_t number) const override;

 private:
  Hmc step_;
  std::int64_t steps_;
};

}  // namespace scorefield
