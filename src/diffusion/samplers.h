// The backward process: from the prior at T to configurations at t = 0, by one of several integrators. Local.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "diffusion/flow.h"

namespace scorefield {

/// Which integrator, on how many steps.
struct SamplerSettings {
  std::string name;  ///< euler-maruyama, predictor-corrector, ode2, ode4, adams4, sde2, sde4
  std::int64_t steps = 48;
  double noise_min = 0.02;  ///< sqrt(Xi)/f over the deviation of the reference at the last level but one
  double corrector_snr = 0.1;
  std::int64_t corrections = 0;  ///< at each noise level that a step ends at, of flows that know their density (Flow::relax); not with
                                 ///< adams4, whose older slopes would be those of where a configuration was before
};

/// Score evaluations a configuration.
std::int64_t evaluations_of(const SamplerSettings& settings);

/// Levels evenly spaced in the level coordinate, from the highest noise down to sqrt(Xi)/f = noise_min times the deviation: InputError
/// where the highest lies below.
std::vector<double> even_coordinates(double top, double noise_min, std::int64_t count);

/// Ralston's scheme of order 2: x + h (kFirst s(x) + kSecond s(x + kStage h s(x))), the second slope at kStage of the step.
struct Ralston {
  static constexpr double kStage = 2.0 / 3.0, kFirst = 0.25, kSecond = 0.75;
};

/// Integrates the backward process.
///
/// euler-maruyama and predictor-corrector step the stochastic equation in t, on a uniform grid (Song et al.,
/// 2011.13456). The others use the whitened field xh = (x - f mean)/sd(t), in which the probability-flow
/// equation is d xh/dl = -(Xi/(f^2 sd)) (f s + f xh/sd(t)) along the level coordinate l: the Gaussian reference is
/// integrated exactly and all forward processes become one. ode2: Ralston; ode4: Runge-Kutta; adams4:
/// Adams-Bashforth (one evaluation a step but for the first three). sde2, sde4: each step first adds the forward process's own noise, one
/// step up in l, and then integrates two steps down: both halves keep the marginal, so the only error is that of
/// the deterministic integrator. The last step, to t = 0, adds no noise: the error of taking the score constant
/// there is O(noise_min^4). Corrections belong to these. Derivations in doc/samplers.md.
class BackwardProcess {
 public:
  /// Called with the index of the level (0 = prior at T, steps = end) and the configurations there.
  using Observer = std::function<void(std::size_t level, std::span<const double> x)>;

  /// The variance of `reference` sets the level coordinate l (schedule.h): that of the data, or of their widest mode.
  BackwardProcess(const Schedule& schedule, const Reference& reference, const SamplerSettings& settings);

  /// steps + 1 levels, from T down to 0.
  const std::vector<NoiseLevel>& levels() const { return levels_; }
  std::int64_t evaluations() const { return evaluations_of(settings_); }

  /// Makes configurations first, first+1, ... of this seed in `x`.
  /// Throws NumericalError if any leaves the range of finite numbers.
  void run(Flow& flow, std::uint64_t seed, std::uint64_t first, std::span<double> x, const Observer& observer) const;

 private:
  class Run;

  Schedule schedule_;
  Reference reference_;
  SamplerSettings settings_;
  bool in_time_;  ///< steps in t rather than in l
  std::vector<NoiseLevel> levels_;
};

}  // namespace scorefield
