#include "ensemble/tuner.h"

#include <cmath>

namespace scorefield {

StepTuner::StepTuner(double step, double wanted, std::int64_t updates) : wanted_(wanted), updates_(updates), state_{std::log(step)} {}

double StepTuner::step() const {
  const bool frozen = updates_ > 0 && state_.done >= updates_;
  const std::int64_t second_half = updates_ - updates_ / 2;
  return std::exp(frozen ? state_.sum / static_cast<double>(second_half) : state_.log_step);
}

void StepTuner::observe(double acceptance) {
  if (state_.done >= updates_) return;
  const std::int64_t in_second_half = state_.done - updates_ / 2;
  const double gain = in_second_half < 0 ? 1.0 : 1.0 / std::sqrt(static_cast<double>(in_second_half + 1));
  state_.log_step += gain * (acceptance - wanted_);
  if (in_second_half >= 0) state_.sum += state_.log_step;
  ++state_.done;
}

}  // namespace scorefield
