// The backward process with Metropolis corrections towards a learnt density. Local.
#pragma once

#include <atomic>

#include "diffusion/flow.h"
#include "diffusion/learnt_density.h"

namespace scorefield {

/// How many corrections were tried, and how many accepted: integers, the same for any number of threads.
struct Acceptance {
  std::atomic<std::int64_t> tried = 0, accepted = 0;
};

/// The flow of points under an energy, whose density P_theta(x; t) is known up to a constant of each level. relax() makes Langevin steps
/// that are accepted or not (Metropolis-adjusted Langevin algorithm, Roberts & Tweedie 1996), which leave P_theta as it is:
///   xh' = xh + e_i^2/2 d_i log P_theta + e_i eta_i,   e_i = sin(alpha_i) = r/sqrt(v_i + r^2):
/// of the size of the noise in x and in y, below which P has no structure (the Hessian of log P is at least -1/e_i^2).
class DensityFlow : public PointFlow {
 public:
  /// Both must outlive the flow.
  DensityFlow(const LearntDensity& density, Acceptance& acceptance);
  void relax(const NoiseLevel& level, const Relaxation& random, std::span<double> whitened) override;

 private:
  const LearntDensity& density_;
  Acceptance& acceptance_;
};

}  // namespace scorefield
