#include "diffusion/schedule.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "test_support.h"

namespace scorefield {
namespace {

constexpr double kContractions[] = {0.0, 1e-3, 0.3, 1.0};
constexpr double kSigmas[] = {1.5, 10.0, 25.0};

// f and Xi of VE and VP are the closed formulas of the literature.
TEST(Schedule, ClosedFormulas) {
  for (const double sigma : kSigmas) {
    for (const double t : {0.0, 0.01, 0.5, 1.0}) {
      const double u = (std::pow(sigma, 2.0 * t) - 1.0) / (2.0 * std::log(sigma));
      const NoiseLevel ve = Schedule(0.0, sigma).at(t), vp = Schedule(1.0, sigma).at(t), between = Schedule(0.3, sigma).at(t);
      EXPECT_EQ(ve.kept, 1.0);
      EXPECT_NEAR(ve.noise_variance, u, 1e-14 * (1.0 + u));
      EXPECT_NEAR(vp.kept, std::exp(-0.5 * u), 1e-14);
      EXPECT_NEAR(vp.noise_variance, 1.0 - std::exp(-u), 1e-14);
      EXPECT_NEAR(between.kept, std::exp(-0.15 * u), 1e-14);
      EXPECT_NEAR(between.noise_variance, (1.0 - std::exp(-0.3 * u)) / 0.3, 1e-14 * (1.0 + u));
      EXPECT_EQ(ve.time, t);
    }
  }
}

// f and Xi solve the moment equations f' = -k f/2, Xi' = -k Xi + g^2 of the process (Runge-Kutta, to 1e-9), with k and g
// as the schedule gives them; twice the contraction does not.
TEST(Schedule, SolvesTheMomentEquations) {
  const auto solve = [](const Schedule& schedule, double k_factor) {
    double f = 1.0, xi = 0.0;
    constexpr int kSteps = 20000;
    const double h = 1.0 / kSteps;
    for (int i = 0; i < kSteps; ++i) {
      const auto slope = [&](double t, double at_f, double at_xi) {
        const double k = k_factor * schedule.contraction(t);
        return std::pair{-0.5 * k * at_f, -k * at_xi + schedule.diffusion_squared(t)};
      };
      const double t = i * h;
      const auto [f1, x1] = slope(t, f, xi);
      const auto [f2, x2] = slope(t + h / 2, f + h / 2 * f1, xi + h / 2 * x1);
      const auto [f3, x3] = slope(t + h / 2, f + h / 2 * f2, xi + h / 2 * x2);
      const auto [f4, x4] = slope(t + h, f + h * f3, xi + h * x3);
      f += h / 6 * (f1 + 2 * f2 + 2 * f3 + f4);
      xi += h / 6 * (x1 + 2 * x2 + 2 * x3 + x4);
    }
    return std::pair{f, xi};
  };
  for (const double c : kContractions) {
    const Schedule schedule(c, 10.0);
    const NoiseLevel end = schedule.at(1.0);
    const auto [f, xi] = solve(schedule, 1.0);
    EXPECT_NEAR(f, end.kept, 1e-9);
    EXPECT_NEAR(xi, end.noise_variance, 1e-9 * end.noise_variance);
    EXPECT_EQ(schedule.diffusion_squared(0.5), schedule.diffusion_squared(0.25) * schedule.diffusion_squared(0.25));
    if (c > 0.0) {
      const auto [wrong_f, wrong_xi] = solve(schedule, 2.0);
      EXPECT_GT(std::abs(wrong_xi - end.noise_variance), 1e-4 * end.noise_variance);
    }
  }
}

// Small contractions approach VE smoothly.
TEST(Schedule, LimitOfNoContraction) {
  for (const double t : {0.1, 0.6, 1.0}) {
    const NoiseLevel ve = Schedule(0.0, 10.0).at(t);
    for (const double c : {1e-6, 1e-9, 1e-13}) {
      const NoiseLevel level = Schedule(c, 10.0).at(t);
      EXPECT_NEAR(level.kept, 1.0, 12.0 * c);
      EXPECT_NEAR(level.noise_variance, ve.noise_variance, 300.0 * c + 1e-13);
      EXPECT_NEAR(Schedule(c, 10.0).at_ratio(2.0).time, Schedule(0.0, 10.0).at_ratio(2.0).time, 10.0 * c + 1e-14);
    }
  }
}

// Going in two steps is going in one, and from t = 0 it is the process itself.
TEST(Schedule, TransitionsCompose) {
  for (const double c : kContractions) {
    const Schedule schedule(c, 10.0);
    for (const auto& [s, t, r] : {std::array{0.0, 0.3, 0.9}, std::array{0.1, 0.5, 0.6}, std::array{0.2, 0.2, 1.0}}) {
      const NoiseLevel from = schedule.at(s), middle = schedule.at(t), to = schedule.at(r);
      const Transition one = transition(from, middle), two = transition(middle, to), both = transition(from, to);
      EXPECT_NEAR(one.kept * two.kept, both.kept, 1e-14);
      EXPECT_NEAR(two.kept * two.kept * one.noise_variance + two.noise_variance, both.noise_variance, 1e-12 * (1 + both.noise_variance));
      const Transition whole = transition(schedule.at(0.0), to);
      EXPECT_EQ(whole.kept, to.kept);
      EXPECT_EQ(whole.noise_variance, to.noise_variance);
      const Transition still = transition(from, from);
      EXPECT_EQ(still.kept, 1.0);
      EXPECT_EQ(still.noise_variance, 0.0);
    }
  }
}

// at_ratio inverts noise_ratio, from the smallest noise to T.
TEST(Schedule, AtRatioInverts) {
  for (const double c : kContractions) {
    for (const double sigma : kSigmas) {
      const Schedule schedule(c, sigma);
      const double top = noise_ratio(schedule.at(1.0));
      for (double ratio = 1e-4; ratio < top; ratio *= 1.7) {
        const NoiseLevel level = schedule.at_ratio(ratio);
        EXPECT_NEAR(noise_ratio(level), ratio, 1e-11 * ratio);
        EXPECT_NEAR(schedule.at_ratio(noise_ratio(level)).time, level.time, 1e-12);
      }
      EXPECT_NEAR(schedule.at_ratio(top).time, 1.0, 1e-12);
      EXPECT_EQ(schedule.at_ratio(0.0).time, 0.0);
    }
  }
}

// The level coordinate and its inverse; it is ln tan(alpha/2) with tan alpha = sqrt(Xi)/(f sd), and rises with the noise.
TEST(Schedule, LevelCoordinate) {
  const Reference reference{0.3, 1.7};
  const double sd = std::sqrt(reference.variance);
  for (const double c : kContractions) {
    const Schedule schedule(c, 10.0);
    double before = -1e300;
    for (double t = 1e-6; t <= 1.0; t *= 1.5) {
      const NoiseLevel level = schedule.at(t);
      const double l = level_coordinate(level, reference);
      const double alpha = std::atan(noise_ratio(level) / sd);
      EXPECT_NEAR(l, std::log(std::tan(0.5 * alpha)), 1e-12);
      EXPECT_NEAR(ratio_of_coordinate(l, reference), noise_ratio(level), 1e-12 * noise_ratio(level));
      EXPECT_NEAR(total_deviation(level, reference), level.kept * sd / std::cos(alpha), 1e-12 * total_deviation(level, reference));
      EXPECT_GT(l, before);
      EXPECT_LT(l, 0.0);
      before = l;
    }
  }
}

}  // namespace
}  // namespace scorefield
