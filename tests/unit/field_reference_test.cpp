#include "denoiser/field_reference.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "denoiser/field_flow.h"
#include "diffusion/samplers.h"
#include "lattice_support.h"

namespace scorefield {
namespace {

/// A propagator such as a lattice has, about +-m.
FieldReference reference_of(FieldShape shape, double magnetisation) {
  FieldReference reference{shape, magnetisation, {}, {}};
  for (std::size_t y = 0; y < shape.y; ++y) {
    for (std::size_t x = 0; x < shape.x; ++x) {
      const auto fold = [](std::size_t n, std::size_t extent) { return static_cast<double>(std::min(n, extent - n)); };
      reference.spectrum.push_back(2.0 / (0.1 + fold(y, shape.y) * fold(y, shape.y) + fold(x, shape.x) * fold(x, shape.x)));
    }
  }
  reference.zero = {{{1.0, magnetisation * std::sqrt(static_cast<double>(shape.sites())), reference.spectrum[0]}}};
  return reference;
}

/// log of the density of two Gaussians.
double log_density(double x, double centre, double deviation) {
  const double a = (x - centre) / deviation, b = (x + centre) / deviation;
  return std::log(std::exp(-0.5 * a * a) + std::exp(-0.5 * b * b));
}

// The denoiser of the reference is that of its law, by Tweedie's formula with a numerical derivative of log p, zero mode and others.
TEST(ReferenceLevel, DenoisesByTweedie) {
  const FieldShape shape{4, 6};
  for (const double magnetisation : {0.0, 0.8}) {
    const FieldReference reference = reference_of(shape, magnetisation);
    const double ratio = 1.3, centre = magnetisation * std::sqrt(24.0);
    const ReferenceLevel level(reference, ratio);
    const std::vector<double> y = test::some_normals(shape.sites(), 9);
    std::vector<double> denoised(shape.sites(), 0.0);
    level.add_denoised(y, denoised);
    const double deviation = std::sqrt(reference.spectrum[0] + ratio * ratio), h = 1e-5;
    const double slope = (log_density(y[0] + h, centre, deviation) - log_density(y[0] - h, centre, deviation)) / (2.0 * h);
    EXPECT_NEAR(denoised[0], y[0] + ratio * ratio * slope, 1e-8);
    EXPECT_NEAR(denoised[5], y[5] * reference.spectrum[5] / (reference.spectrum[5] + ratio * ratio), 1e-14);
  }
}

/// The flow of a reference alone.
struct Alone {
  explicit Alone(double magnetisation) : reference(reference_of({4, 4}, magnetisation)), flow(reference, none, {0.0, reference.widest()}) {}
  FieldReference reference;
  NoCorrection none;
  FieldFlow flow;
};

// Whitened numbers do not move: whatever the steps, a configuration is what the reference makes of its first normal numbers; and the score
// that steps in time use is -x/(C f^2 + Xi).
TEST(FieldFlow, TheReferenceIsExact) {
  for (const double magnetisation : {0.0, 1.7}) {
    Alone alone(magnetisation);
    const BackwardProcess process(Schedule(0.5, 100.0), {0.0, alone.reference.widest()}, {"ode2", 3});
    std::vector<double> x(32), normals(32), expected(16);
    process.run(alone.flow, 4, 10, x, [](std::size_t, std::span<const double>) {});
    fill_normals({4, Stream::prior, 0}, 160, normals);
    const ReferenceLevel end(alone.reference, 0.0);
    for (const std::size_t first : {0, 16}) {
      end.unwhiten(std::span(normals).subspan(first, 16), expected);
      for (std::size_t k = 0; k < 16; ++k) EXPECT_NEAR(x[first + k], expected[k], 1e-9);
    }
    const NoiseLevel level = Schedule(0.5, 10.0).at(0.7);
    std::vector<double> score(16);
    alone.flow.score(level, std::span(x).first(16), score);
    for (std::size_t k = 1; k < 16; ++k) {
      EXPECT_NEAR(score[k], -x[k] / (alone.reference.spectrum[k] * level.kept * level.kept + level.noise_variance), 1e-10);
    }
  }
}

// The noise of the stochastic samplers keeps the reference's law: variances of all modes over 4000 configurations within 5 sigma, also of
// the two peaks' |h(0)|.
TEST(FieldFlow, NoiseKeepsTheLaw) {
  constexpr std::size_t kCount = 4000;
  for (const double magnetisation : {0.0, 1.7}) {
    Alone alone(magnetisation);
    const BackwardProcess process(Schedule(0.0, 100.0), {0.0, alone.reference.widest()}, {"sde2", 6});
    std::vector<double> x(16 * kCount);
    process.run(alone.flow, 5, 0, x, [](std::size_t, std::span<const double>) {});
    for (std::size_t k = 0; k < 16; ++k) {
      const double wanted = alone.reference.spectrum[k] + (k == 0 ? 16.0 * magnetisation * magnetisation : 0.0);
      double sum = 0.0;
      for (std::size_t i = 0; i < kCount; ++i) sum += x[16 * i + k] * x[16 * i + k];
      EXPECT_NEAR(sum / kCount, wanted, 5.0 * wanted * std::sqrt(2.0 / kCount)) << k;
    }
  }
}

}  // namespace
}  // namespace scorefield
