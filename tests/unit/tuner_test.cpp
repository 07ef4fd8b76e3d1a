#include "ensemble/tuner.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "test_support.h"

namespace scorefield {
namespace {

/// An acceptance as it comes with a step in simulations: erfc((step/0.3)^2), which is 0.9 at 0.0894 and a half at 0.2072.
double mean_acceptance(double step) { return std::erfc(std::pow(step / 0.3, 2)); }

/// Observes updates up to number `end`, each acceptance off by up to 0.1 by chance.
void tune(StepTuner& tuner, std::int64_t end, std::uint64_t seed = 1) {
  for (std::int64_t n = tuner.state().done; n < end; ++n) {
    double uniform = 0.0;
    fill_uniforms({seed, Stream::accept, 0}, static_cast<std::uint64_t>(n), {&uniform, 1});
    tuner.observe(std::clamp(mean_acceptance(tuner.step()) + 0.2 * (uniform - 0.5), 0.0, 1.0));
  }
}

// It finds the step, from far below and far above, for several acceptances and noises, to 0.02 in the acceptance (4.5 sigma of the noise).
TEST(StepTuner, FindsTheStep) {
  double worst = 0.0;
  for (const double wanted : {0.5, 0.7, 0.9}) {
    for (const double first : {0.01, 0.1, 3.0}) {
      for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        StepTuner tuner(first, wanted, 400);
        tune(tuner, 400, seed);
        worst = std::max(worst, std::abs(mean_acceptance(tuner.step()) - wanted));
      }
    }
  }
  EXPECT_LT(worst, 0.02);
}

// After the last update the step is the geometric mean of those of the second half, and stays.
TEST(StepTuner, IsFrozenAtTheEnd) {
  for (const std::int64_t updates : {1, 2, 7, 20}) {
    StepTuner tuner(0.1, 0.9, updates);
    EXPECT_NEAR(tuner.step(), 0.1, 1e-16);
    double sum = 0.0;
    for (std::int64_t n = 0; n < updates; ++n) {
      tune(tuner, n + 1);
      if (n >= updates / 2) sum += tuner.state().log_step;
    }
    const double step = tuner.step();
    const std::int64_t second_half = updates - updates / 2;
    EXPECT_NEAR(step, std::exp(sum / static_cast<double>(second_half)), 1e-15);
    tuner.observe(0.0);
    EXPECT_EQ(tuner.step(), step);
  }
}

// More is accepted than wanted: larger steps; less: smaller ones. The gain is 1 in the first half, then 1/sqrt(n).
TEST(StepTuner, Gains) {
  StepTuner tuner(0.1, 0.75, 4);
  const double changes[] = {0.25, -0.75, 0.25, 0.25 / std::sqrt(2.0)};
  double log_step = tuner.state().log_step;
  for (const double change : changes) {
    tuner.observe(change > 0.0 ? 1.0 : 0.0);
    log_step += change;
    EXPECT_NEAR(tuner.state().log_step, log_step, 1e-15);
  }
}

// Without updates the step is what it was.
TEST(StepTuner, NothingToTune) {
  const StepTuner tuner(0.1, 0.9, 0);
  EXPECT_NEAR(tuner.step(), 0.1, 1e-16);
}

// Another that takes over the state goes on as the first would have, wherever that is.
TEST(StepTuner, GoesOnFromItsState) {
  for (std::int64_t cut = 0; cut <= 40; ++cut) {
    StepTuner tuner(0.1, 0.9, 40), other(0.1, 0.9, 40);
    tune(tuner, cut);
    StepTuner restored(0.7, 0.9, 40);
    restored.restore(tuner.state());
    tune(tuner, 40);
    tune(restored, 40);
    EXPECT_EQ(test::bits(restored.step()), test::bits(tuner.step())) << cut;
    EXPECT_EQ(restored.state().done, 40);
  }
}

}  // namespace
}  // namespace scorefield
