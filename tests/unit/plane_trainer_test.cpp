#include <gtest/gtest.h>

#include <array>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>

#include "base/rng.h"
#include "denoiser/learning.h"
#include "diffusion/level_density.h"
#include "diffusion/network_layout.h"
#include "plain_network.h"
#include "test_support.h"

namespace scorefield {
namespace {

const PointReference kReference({0.2, -0.1}, 0.75, -0.25, 0.25);
constexpr std::array<double, 2> kStrides = {0.7548776662466927, 0.5698402909980532};

/// Points that are not Gaussian.
const std::vector<double>& points() {
  static const std::vector<double> all = [] {
    std::vector<double> xy(2 * 3000);
    fill_normals({1, Stream::prior, 0}, 0, xy);
    for (std::size_t i = 0; i < xy.size(); i += 2) xy[i + 1] = 0.3 * xy[i + 1] - 0.2 * std::tanh(xy[i]);
    return xy;
  }();
  return all;
}

Trainer::Settings settings(const std::string& energy, const std::string& weight, const std::string& symmetry) {
  Trainer::Settings s{{}, {}, Schedule(0.5, 10.0), 0.02, 5};
  s.network.hidden = {9, 12};
  s.network.embedding = 8;
  s.network.energy = energy;
  s.network.limit = "smooth";
  s.network.symmetry = symmetry;
  s.train.levels = 7;
  s.train.per_level = 16;
  s.train.steps = 100;
  s.train.warmup = 10;
  s.train.learning_rate = 0.02;
  s.train.weight = weight;
  s.train.target = "sample";
  return s;
}

/// F by plain loops; of an energy by differences.
std::array<double, 2> plain_answer(const Trainer::Settings& s, const std::vector<double>& frequencies, const std::vector<double>& weights,
                                   const std::array<double, 2>& xh, double l) {
  const double g = 1.0 / std::cosh(l), h = 1e-4;
  std::array<double, 2> answer{};
  for (std::size_t c = 0; c < 2; ++c) {
    if (s.network.energy == "no") {
      answer[c] = g * test::plain_network(s.network, frequencies, weights, std::vector<double>{xh[0], xh[1]}, l)[c];
      continue;
    }
    std::vector<double> up = {xh[0], xh[1]}, down = up;
    up[c] += h;
    down[c] -= h;
    const double slope =
        (test::plain_energy(s.network, frequencies, weights, up, l) - test::plain_energy(s.network, frequencies, weights, down, l)) /
        (2.0 * h);
    answer[c] = g * std::sqrt(kReference.variances[1] / kReference.variances[c]) * slope;
  }
  return answer;
}

/// Of the ensemble given a noisy point y at the noise r, by plain sums: mean z and noise (y - x_0)/r along the axes, and the logarithm of
/// the density over that of the reference.
struct PlainMean {
  std::array<double, 2> z{}, noise{};
  double potential = 0.0;
};
PlainMean plain_mean(const Trainer::Settings& s, const std::array<double, 2>& y, double r) {
  std::array<double, 2> mean{};
  double all = 0.0, count = 0.0;
  for (std::size_t i = 0; i < points().size(); i += 2) {
    for (const double sign : {1.0, -1.0}) {
      if (sign < 0.0 && s.network.symmetry != "odd") continue;
      const double a = sign * points()[i], b = sign * points()[i + 1];
      const double weight = std::exp(-((y[0] - a) * (y[0] - a) + (y[1] - b) * (y[1] - b)) / (2.0 * r * r));
      all += weight;
      count += 1.0;
      mean[0] += weight * a;
      mean[1] += weight * b;
    }
  }
  for (double& value : mean) value /= all;
  PlainMean result;
  double log_reference = 0.0;
  for (std::size_t c = 0; c < 2; ++c) {
    const double along_mean = kReference.axes[2 * c] * (mean[0] - 0.2) + kReference.axes[2 * c + 1] * (mean[1] + 0.1);
    const double along_y = kReference.axes[2 * c] * (y[0] - 0.2) + kReference.axes[2 * c + 1] * (y[1] + 0.1);
    const double variance = kReference.variances[c] + r * r;
    result.z[c] = along_mean / std::sqrt(kReference.variances[c]);
    result.noise[c] = (along_y - along_mean) / r;
    log_reference -= 0.5 * along_y * along_y / variance + 0.5 * std::log(2.0 * M_PI * variance);
  }
  result.potential = std::log(all / (count * 2.0 * M_PI * r * r)) - log_reference;
  return result;
}

/// The loss of a step: strata of levels, the lattice rule of configurations and noise, per axis angle, target and weight.
double plain_loss(const Trainer::Settings& s, std::int64_t step, const std::vector<double>& weights) {
  const auto levels = static_cast<std::size_t>(s.train.levels), per_level = static_cast<std::size_t>(s.train.per_level);
  const auto frequencies = embedding_frequencies(s.network, s.seed);
  const LevelDensity density(s.schedule, kReference.scale(), s.noise_min, s.train.level_density);
  std::vector<double> positions(levels), shifts(3 * levels);
  fill_uniforms({s.seed, Stream::train_level, static_cast<std::uint64_t>(step)}, 0, positions);
  fill_uniforms({s.seed, Stream::train_shift, static_cast<std::uint64_t>(step)}, 0, shifts);
  double loss = 0.0;
  for (std::size_t k = 0; k < levels; ++k) {
    const NoiseLevel level = density.at((static_cast<double>(k) + positions[k]) / static_cast<double>(levels));
    const double l = std::log(std::tan(0.5 * test::angle(level, kReference.scale())));
    for (std::size_t i = 0; i < per_level; ++i) {
      const auto count = points().size() / 2;
      const double u = std::fmod(static_cast<double>(i) / static_cast<double>(per_level) + shifts[3 * k], 1.0);
      const double* const x = &points()[2 * static_cast<std::size_t>(u * static_cast<double>(count))];
      std::array<double, 2> xh{}, target{}, factor{}, alphas{};
      for (std::size_t c = 0; c < 2; ++c) {
        const double alpha = test::angle(level, {0.0, kReference.variances[c]});
        const double z =
            (kReference.axes[2 * c] * (x[0] - 0.2) + kReference.axes[2 * c + 1] * (x[1] + 0.1)) / std::sqrt(kReference.variances[c]);
        const double v = std::fmod(static_cast<double>(i) * kStrides[c] + shifts[3 * k + 1 + c], 1.0);
        const double noise = std::sqrt(2.0) * boost::math::erf_inv(2.0 * v - 1.0);
        xh[c] = z * std::cos(alpha) + noise * std::sin(alpha);
        target[c] = z * std::sin(alpha) - noise * std::cos(alpha);
        alphas[c] = alpha;
        factor[c] = s.train.weight == "unit"        ? 1.0
                    : s.train.weight == "low-noise" ? std::cosh(l)
                                                    : std::sqrt(level.noise_variance) * std::pow(std::cos(alpha), 2) / level.noise_variance;
      }
      if (s.train.target == "posterior") {
        const double r = noise_ratio(level);
        std::array<double, 2> y = {0.2, -0.1};
        for (std::size_t c = 0; c < 2; ++c) {
          for (std::size_t n = 0; n < 2; ++n) y[n] += kReference.axes[2 * c + n] * xh[c] * std::sqrt(kReference.variances[c] + r * r);
        }
        const PlainMean mean = plain_mean(s, y, r);
        for (std::size_t c = 0; c < 2; ++c) target[c] = mean.z[c] * std::sin(alphas[c]) - mean.noise[c] * std::cos(alphas[c]);
        if (s.network.energy == "yes") {
          const double psi = test::plain_energy(s.network, frequencies, weights, std::vector<double>{xh[0], xh[1]}, l);
          const double off = psi / std::cosh(l) * std::sqrt(kReference.variances[1]) / r - mean.potential;
          loss += 2.0 * s.train.density * off * off;
        }
      }
      const auto answer = plain_answer(s, frequencies, weights, xh, l);
      for (std::size_t c = 0; c < 2; ++c) loss += factor[c] * (answer[c] - target[c]) * (answer[c] - target[c]);
    }
  }
  return loss / static_cast<double>(2 * levels * per_level);
}

double norm(const std::vector<double>& v) {
  double sum = 0.0;
  for (const double x : v) sum += x * x;
  return std::sqrt(sum);
}

// Loss and gradient of the network in torch are those of plain loops, also of the gradient of an energy.
TEST(PlaneTrainer, LossAndGradientOfThePlainNetwork) {
  const Comm self = Comm::self();
  for (const std::string energy : {"no", "yes"}) {
    for (const std::string weight : {"unit", "sqrt-xi"}) {
      for (const std::string symmetry : {"none", "odd"}) {
        const auto s = settings(energy, weight, symmetry);
        const auto trainer = learning().trainer(self, s, points(), kReference);
        for (int n = 0; n < 20; ++n) trainer->step();
        const TrainingState before = trainer->state();
        const double loss = trainer->step();
        EXPECT_NEAR(loss, plain_loss(s, 20, before.weights), 1e-4 * loss) << energy << weight << symmetry;
        std::vector<double> g = trainer->state().gradient_mean, d(g.size()), up = before.weights, down = before.weights;
        for (std::size_t i = 0; i < g.size(); ++i) g[i] = (g[i] - s.train.beta1 * before.gradient_mean[i]) / (1.0 - s.train.beta1);
        fill_normals({3, Stream::prior, 0}, 0, d);
        const double h = 1e-4;
        double slope = 0.0;
        for (std::size_t i = 0; i < d.size(); ++i) {
          up[i] += h * d[i];
          down[i] -= h * d[i];
          slope += g[i] * d[i];
        }
        EXPECT_NEAR((plain_loss(s, 20, up) - plain_loss(s, 20, down)) / (2.0 * h), slope, 2e-3 * norm(g) * norm(d)) << energy << weight;
      }
    }
  }
}

// The same where targets are means over the ensemble, for which cells of points stand: the loss agrees to 1 %. Without the density of an
// energy it is another.
TEST(PlaneTrainer, MeansOverTheEnsemble) {
  const Comm self = Comm::self();
  for (const std::string energy : {"no", "yes"}) {
    for (const std::string symmetry : {"none", "odd"}) {
      auto s = settings(energy, "low-noise", symmetry);
      s.noise_min = 0.3;
      s.train.target = "posterior";
      s.train.density = 3.0;
      const auto trainer = learning().trainer(self, s, points(), kReference);
      for (int n = 0; n < 20; ++n) trainer->step();
      const TrainingState before = trainer->state();
      const double loss = trainer->step();
      EXPECT_NEAR(loss, plain_loss(s, 20, before.weights), 1e-2 * loss) << energy << symmetry;
      s.train.density = 0.0;
      if (energy == "yes") {
        EXPECT_LT(plain_loss(s, 20, before.weights), 0.9 * loss);
      }
    }
  }
}

}  // namespace
}  // namespace scorefield
