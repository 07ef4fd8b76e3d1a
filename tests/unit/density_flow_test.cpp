#include "diffusion/density_flow.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "base/rng.h"
#include "diffusion/network_layout.h"
#include "diffusion/samplers.h"

namespace scorefield {
namespace {

/// An energy with random weights: some density that is no Gaussian.
Model some_energy() {
  Model m;
  m.network.hidden = {24, 16};
  m.network.embedding = 8;
  m.network.activation = "tanh";
  m.network.symmetry = "none";
  m.network.energy = "yes";
  m.network.limit = "smooth";
  m.reference = PointReference({0.2, -0.1}, 0.75, -0.25, 0.25);
  m.frequencies = embedding_frequencies(m.network, 1);
  m.weights.resize(static_cast<std::size_t>(parameter_count(m.network, 2)));
  fill_normals({2, Stream::network_init, 0}, 0, m.weights);
  for (double& w : m.weights) w *= 0.4;
  return m;
}

/// Averages of xh_1, xh_2, xh_1^2, xh_1 xh_2, xh_2^2.
using Averages = std::array<double, 5>;

Averages functions(double a, double b) { return {a, b, a * a, a * b, b * b}; }

/// Under the learnt density, by the trapezoidal rule.
Averages exact_averages(const LearntDensity& density, const NoiseLevel& level) {
  std::vector<double> points, log_density;
  for (int i = -120; i <= 120; ++i) {
    for (int j = -120; j <= 120; ++j) points.insert(points.end(), {0.06 * i, 0.06 * j});
  }
  log_density.resize(points.size() / 2);
  density.log_density(level, points, log_density);
  Averages sums{};
  double all = 0.0;
  for (std::size_t k = 0; k < log_density.size(); ++k) {
    const double p = std::exp(log_density[k]);
    const Averages f = functions(points[2 * k], points[2 * k + 1]);
    for (std::size_t a = 0; a < f.size(); ++a) sums[a] += p * f[a];
    all += p;
  }
  for (double& sum : sums) sum /= all;
  return sums;
}

/// Largest deviation in sigma of independent configurations' averages from the exact ones.
double largest_pull(const std::vector<double>& xh, const Averages& exact) {
  Averages sum{}, square{};
  const double count = 0.5 * static_cast<double>(xh.size());
  for (std::size_t i = 0; i < xh.size(); i += 2) {
    const Averages f = functions(xh[i], xh[i + 1]);
    for (std::size_t a = 0; a < f.size(); ++a) {
      sum[a] += f[a];
      square[a] += f[a] * f[a];
    }
  }
  double most = 0.0;
  for (std::size_t a = 0; a < sum.size(); ++a) {
    const double mean = sum[a] / count, error = std::sqrt((square[a] / count - mean * mean) / count);
    most = std::max(most, std::fabs(mean - exact[a]) / error);
  }
  return most;
}

std::vector<double> normals(std::size_t count) {
  std::vector<double> xh(2 * count);
  fill_normals({5, Stream::prior, 0}, 0, xh);
  return xh;
}

// Corrections carry standard normal numbers to the learnt density, five averages of 40000 within 3.5 sigma (seeds fixed); without them,
// and with few of them, they are far off. So would they be with a wrong ratio of the proposals.
TEST(DensityFlow, CorrectionsMakeTheLearntDensity) {
  const LearntDensity density(some_energy());
  const NoiseLevel level = Schedule(1.0, 10.0).at_ratio(1.0);
  const Averages exact = exact_averages(density, level);
  std::vector<double> xh = normals(40000);
  EXPECT_GT(largest_pull(xh, exact), 20.0);
  Acceptance acceptance;
  DensityFlow flow(density, acceptance);
  flow.relax(level, {1, 7, 0, 0}, xh);
  EXPECT_GT(largest_pull(xh, exact), 10.0);
  flow.relax(level, {40, 7, 1, 0}, xh);
  EXPECT_LT(largest_pull(xh, exact), 3.5);
  EXPECT_EQ(acceptance.tried, 41 * 40000);
  EXPECT_GT(acceptance.accepted, acceptance.tried / 2);
  EXPECT_LT(acceptance.accepted, acceptance.tried);
}

// Configurations have random numbers by their number: in parts they come out as together.
TEST(DensityFlow, CorrectionsDoNotDependOnTheBatch) {
  const LearntDensity density(some_energy());
  const NoiseLevel level = Schedule(0.5, 10.0).at_ratio(0.1);
  std::vector<double> together = normals(300), parts = together;
  Acceptance acceptance;
  DensityFlow flow(density, acceptance);
  flow.relax(level, {5, 7, 3, 64}, together);
  flow.relax(level, {5, 7, 3, 64}, std::span(parts).first(2 * 128));
  flow.relax(level, {5, 7, 3, 192}, std::span(parts).subspan(2 * 128));
  EXPECT_EQ(together, parts);
}

// What a step of the energy says of both is what it says of each.
TEST(DensityFlow, DensityAndSlopeAreThoseOfTheScore) {
  const Model m = some_energy();
  const LearntDensity density(m);
  const NoiseLevel level = Schedule(1.0, 10.0).at_ratio(0.2);
  const std::vector<double> xh = normals(21);
  std::vector<double> log_density(21), alone(21), slope(42), x(42), score(42);
  density.evaluate(level, xh, log_density, slope);
  density.log_density(level, xh, alone);
  EXPECT_EQ(log_density, alone);
  m.reference.unwhiten(level, xh, x);
  density.score().evaluate(level, x, score);
  m.reference.to_axes(score, score);
  for (std::size_t i = 0; i < slope.size(); ++i) ASSERT_NEAR(slope[i], m.reference.deviation(level, i % 2) * score[i], 1e-4);
}

}  // namespace
}  // namespace scorefield
