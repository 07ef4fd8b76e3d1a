#include "diffusion/level_density.h"

#include <gtest/gtest.h>

#include <cmath>

namespace scorefield {
namespace {

const Reference kReference{0.3, 1.7};
constexpr double kNoiseMin = 0.02;

/// The share of levels below a level, written out for each kind.
double share_below(const Schedule& schedule, const NoiseLevel& level, const std::string& kind) {
  const double sd = std::sqrt(kReference.variance);
  const NoiseLevel bottom = schedule.at_ratio(kNoiseMin * sd), top = schedule.at(1.0);
  const auto part = [&](auto position) { return (position(level) - position(bottom)) / (position(top) - position(bottom)); };
  const auto time = [](const NoiseLevel& v) { return v.time; };
  const auto angle = [&](const NoiseLevel& v) { return std::atan(noise_ratio(v) / sd); };
  const auto logarithm = [&](const NoiseLevel& v) { return std::log(std::tan(0.5 * angle(v))); };
  if (kind == "uniform-time") return part(time);
  return kind == "log-noise" ? part(logarithm) : 0.6 * part(logarithm) + 0.4 * part(angle);
}

// Below the level at u lies the share u, for every kind and process; the ends are noise-min and T.
TEST(LevelDensity, ShareBelow) {
  for (const double c : {0.0, 0.5, 1.0}) {
    const Schedule schedule(c, 10.0);
    for (const std::string kind : {"log-noise", "uniform-time", "mixed"}) {
      const LevelDensity density(schedule, kReference, kNoiseMin, kind);
      for (const double u : {0.0, 1e-9, 0.1, 0.37, 0.5, 0.999, 1.0})
        EXPECT_NEAR(share_below(schedule, density.at(u), kind), u, 1e-7) << kind;
      EXPECT_NEAR(noise_ratio(density.at(0.0)), kNoiseMin * std::sqrt(1.7), 1e-9);
      EXPECT_NEAR(density.at(1.0).time, 1.0, 1e-9);
    }
  }
}

}  // namespace
}  // namespace scorefield
