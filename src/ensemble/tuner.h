// Finds the step size that gives a wanted acceptance.
#pragma once

#include <cstdint>

namespace scorefield {

/// Stochastic approximation (Robbins, Monro 1951) of log(step) during `updates` updates: after each, log(step) += gain (acceptance -
/// wanted). The gain is 1 in the first half, in which the field finds its way; in the second it falls as 1/sqrt(n), and the mean of
/// log(step) there is what is kept (Polyak, Juditsky 1992). A function of the acceptances alone. Local.
class StepTuner {
 public:
  StepTuner(double step, double wanted, std::int64_t updates);

  /// The step of the next update; the final one after the last.
  double step() const;
  /// What the update with that step gave, averaged over all chains. Nothing changes after the last.
  void observe(double acceptance);

  /// What a checkpoint must keep.
  struct State {
    double log_step = 0.0;
    double sum = 0.0;
    std::int64_t done = 0;
  };
  const State& state() const { return state_; }
  void restore(const State& state) { state_ = state; }

 private:
  double wanted_;
  std::int64_t updates_;
  State state_;
};

}  // namespace scorefield
