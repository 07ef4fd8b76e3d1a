#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <numbers>

#include "base/rng.h"
#include "denoiser/learning.h"
#include "diffusion/level_density.h"
#include "diffusion/network_layout.h"
#include "physics/two_peak.h"
#include "plain_network.h"
#include "test_support.h"

namespace scorefield {
namespace {

const TwoPeak kLaw(1.0, 0.25, 0.7);
const Reference kReference{0.4, 0.9025};
const PointReference kPoints(0.4, 0.9025);

const std::vector<double>& data() {
  static const std::vector<double> sorted = [] {
    std::vector<double> x(20000);
    kLaw.draw(1, 0, x);
    std::sort(x.begin(), x.end());
    return x;
  }();
  return sorted;
}

/// A small training. Levels that no rank count divides.
Trainer::Settings settings(std::int64_t levels = 11, double c = 0.0) {
  Trainer::Settings s{{}, {}, Schedule(c, 10.0), 0.02, 5};
  s.network.hidden = {9, 12};
  s.network.embedding = 8;
  s.train.levels = levels;
  s.train.per_level = 16;
  s.train.steps = 100;
  s.train.warmup = 10;
  s.train.learning_rate = 0.02;
  return s;
}

/// The loss of a step at given weights by plain loops: the strata of levels, the lattice rule of data and noise, the weights.
double plain_loss(const Trainer::Settings& s, std::int64_t step, const std::vector<double>& weights) {
  const auto levels = static_cast<std::size_t>(s.train.levels), per_level = static_cast<std::size_t>(s.train.per_level);
  const auto frequencies = embedding_frequencies(s.network, s.seed);
  const LevelDensity density(s.schedule, kReference, s.noise_min, s.train.level_density);
  const RandomKey level_key{s.seed, Stream::train_level, static_cast<std::uint64_t>(step)};
  const RandomKey shift_key{s.seed, Stream::train_shift, static_cast<std::uint64_t>(step)};
  std::vector<double> positions(levels), shifts(2 * levels);
  fill_uniforms(level_key, 0, positions);
  fill_uniforms(shift_key, 0, shifts);
  double loss = 0.0;
  for (std::size_t k = 0; k < levels; ++k) {
    const NoiseLevel level = density.at((static_cast<double>(k) + positions[k]) / static_cast<double>(levels));
    const double alpha = test::angle(level, kReference), l = std::log(std::tan(0.5 * alpha));
    const double of_score = std::pow(std::cos(alpha), 2) / level.noise_variance;  // |s - s*|^2 is this times (F - F*)^2
    const double lambda = s.train.weight == "xi" ? level.noise_variance : std::sqrt(level.noise_variance);
    for (std::size_t i = 0; i < per_level; ++i) {
      const double u = std::fmod(static_cast<double>(i) / static_cast<double>(per_level) + shifts[2 * k], 1.0);
      const double v = std::fmod(static_cast<double>(i) * (std::numbers::phi - 1.0) + shifts[2 * k + 1], 1.0);
      const double z =
          (data()[static_cast<std::size_t>(u * static_cast<double>(data().size()))] - kReference.mean) / std::sqrt(kReference.variance);
      const double noise = std::sqrt(2.0) * boost::math::erf_inv(2.0 * v - 1.0);
      const double xh = z * std::cos(alpha) + noise * std::sin(alpha), target = z * std::sin(alpha) - noise * std::cos(alpha);
      const double error = test::plain_network(s.network, frequencies, weights, xh, l) - target;
      loss += (s.train.weight == "unit" ? 1.0 : lambda * of_score) * error * error;
    }
  }
  return loss / static_cast<double>(levels * per_level);
}

double norm(const std::vector<double>& v) {
  double sum = 0.0;
  for (const double x : v) sum += x * x;
  return std::sqrt(sum);
}

std::vector<double> difference(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) result[i] = a[i] - b[i];
  return result;
}

/// The gradient of the latest step, from Adam's first moments before and after it.
std::vector<double> gradient(const TrainingState& before, const TrainingState& after, double beta1) {
  std::vector<double> g = after.gradient_mean;
  for (std::size_t i = 0; i < g.size(); ++i) g[i] = (g[i] - (before.step > 0 ? beta1 * before.gradient_mean[i] : 0.0)) / (1.0 - beta1);
  return g;
}

double step_loss(Trainer& trainer, const Comm& comm) { return comm.sum(trainer.step()); }

// The gradients of a step on several ranks are those of one rank alone (1e-5), also where a rank has no level; so is the loss.
TEST(Trainer, RanksAgreeWithOneAlone) {
  const Comm& comm = test::world();
  const Comm self = Comm::self();
  for (const std::int64_t levels : {11, 3}) {
    const auto s = settings(levels);
    const auto together = learning().trainer(comm, s, data(), kPoints), alone = learning().trainer(self, s, data(), kPoints);
    for (int n = 0; n < 3; ++n) {
      const TrainingState before = together->state(), before_alone = alone->state();
      const double loss = step_loss(*together, comm), loss_alone = alone->step();
      EXPECT_NEAR(loss, loss_alone, 1e-5 * loss_alone);
      const auto g = gradient(before, together->state(), s.train.beta1), expected = gradient(before_alone, alone->state(), s.train.beta1);
      EXPECT_GT(norm(expected), 0.0);
      EXPECT_LT(norm(difference(g, expected)), (n == 0 ? 1e-5 : 1e-3) * norm(expected)) << levels << " " << n;
      EXPECT_LT(norm(difference(together->state().weights, alone->state().weights)), 1e-4 * norm(alone->state().weights));
    }
    const auto weights = together->state().weights;
    std::vector<double> of_root = weights;
    comm.broadcast(of_root);
    EXPECT_EQ(test::bits(weights), test::bits(of_root));
  }
}

// Loss and gradient are those of the plain network on the plain batch: the loss to 1e-5, the gradient by central differences along
// itself and along random directions to 1e-3; with every activation, symmetry, weight and density of levels.
TEST(Trainer, LossAndGradientOfThePlainNetwork) {
  struct {
    const char *activation, *symmetry, *weight, *density;
  } const cases[] = {{"silu", "none", "unit", "mixed"},
                     {"tanh", "odd", "xi", "log-noise"},
                     {"silu", "odd", "sqrt-xi", "uniform-time"},
                     {"leaky-relu", "none", "xi", "mixed"}};
  const Comm& comm = test::world();
  for (const auto& [activation, symmetry, weight, density] : cases) {
    auto s = settings(5, 0.5);
    s.network.activation = activation;
    s.network.symmetry = symmetry;
    s.train.weight = weight;
    s.train.level_density = density;
    const auto trainer = learning().trainer(comm, s, data(), kPoints);
    for (int n = 0; n < 20; ++n) trainer->step();
    const TrainingState before = trainer->state();
    const double loss = step_loss(*trainer, comm), expected = plain_loss(s, 20, before.weights);
    EXPECT_NEAR(loss, expected, 1e-5 * expected) << activation << " " << weight;
    EXPECT_GT(std::abs(plain_loss(s, 21, before.weights) - expected), 1e-3 * expected);  // another step, another batch
    const auto g = gradient(before, trainer->state(), s.train.beta1);
    for (std::uint64_t direction = 0; direction < 4; ++direction) {
      std::vector<double> d = g;
      if (direction > 0) fill_normals({1, Stream::prior, direction}, 0, d);
      const double h = 1e-4 / norm(d);
      std::vector<double> up = before.weights, down = before.weights;
      double slope = 0.0;
      for (std::size_t i = 0; i < d.size(); ++i) {
        up[i] += h * d[i];
        down[i] -= h * d[i];
        slope += g[i] * d[i];
      }
      EXPECT_NEAR((plain_loss(s, 20, up) - plain_loss(s, 20, down)) / (2.0 * h), slope, 1e-3 * norm(g) * norm(d))
          << activation << " " << direction;
    }
  }
}

// The weights follow Adam (1412.6980) at the learning rate of the deck: linear rise over the warm-up, then the schedule's fall;
// the averaged weights give step n the weight of n^p, p = averaging (as its rising factorial).
TEST(Trainer, AdamScheduleAndAverage) {
  for (const std::string schedule : {"cosine", "linear", "constant"}) {
    auto s = settings(5);
    s.train.schedule = schedule;
    s.train.steps = 12;
    s.train.warmup = 4;
    s.train.averaging = 2.0;
    const TrainParams& t = s.train;
    const auto trainer = learning().trainer(test::world(), s, data(), kPoints);
    std::vector<double> weights = trainer->state().weights, m(weights.size(), 0.0), v(weights.size(), 0.0), average(weights.size(), 0.0);
    EXPECT_EQ(weights.size(), initial_weights(s.network, 1, s.seed).size());
    double total = 0.0;
    for (int n = 1; n <= 12; ++n) {
      const TrainingState before = trainer->state();
      trainer->step();
      const TrainingState after = trainer->state();
      const auto g = gradient(before, after, t.beta1);
      const double fallen = std::max(0.0, (n - 4) / 8.0);
      double rate = t.learning_rate * std::min(1.0, n / 4.0);
      if (schedule == "cosine") rate *= 0.5 * (1.0 + std::cos(std::numbers::pi * fallen));
      if (schedule == "linear") rate *= 1.0 - fallen;
      const double share = n * (n + 1.0);  // n^2 as a rising factorial
      total += share;
      for (std::size_t i = 0; i < weights.size(); ++i) {
        m[i] = t.beta1 * m[i] + (1.0 - t.beta1) * g[i];
        v[i] = t.beta2 * v[i] + (1.0 - t.beta2) * g[i] * g[i];
        const double corrected = std::sqrt(v[i] / (1.0 - std::pow(t.beta2, n)));
        weights[i] -= rate * m[i] / (1.0 - std::pow(t.beta1, n)) / (corrected + 1e-8);
        average[i] += share * after.weights[i];
      }
      EXPECT_EQ(after.step, n);
      EXPECT_LT(norm(difference(after.weights, weights)), 1e-5 * norm(weights)) << schedule << " " << n;
      auto expected = average;
      for (double& value : expected) value /= total;
      EXPECT_LT(norm(difference(after.averaged_weights, expected)), 1e-5 * norm(weights)) << schedule << " " << n;
    }
    EXPECT_EQ(trainer->model().weights, trainer->state().averaged_weights);
  }
}

// The same training gives the same bits; another seed does not.
TEST(Trainer, Repeats) {
  const auto train = [](std::uint64_t seed) {
    auto s = settings();
    s.seed = seed;
    const auto trainer = learning().trainer(test::world(), s, data(), kPoints);
    for (int n = 0; n < 10; ++n) trainer->step();
    return trainer->state();
  };
  const TrainingState one = train(5), again = train(5), other = train(6);
  EXPECT_EQ(test::bits(one.weights), test::bits(again.weights));
  EXPECT_EQ(test::bits(one.averaged_weights), test::bits(again.averaged_weights));
  EXPECT_EQ(test::bits(one.gradient_square), test::bits(again.gradient_square));
  EXPECT_NE(one.weights, other.weights);
}

/// Everything that a training carries, one behind the other.
std::vector<double> everything(const TrainingState& s) {
  std::vector<double> all = {static_cast<double>(s.step)};
  for (const auto* part : {&s.weights, &s.averaged_weights, &s.gradient_mean, &s.gradient_square}) {
    all.insert(all.end(), part->begin(), part->end());
  }
  return all;
}

// A new trainer that takes over the state after 5 steps is where the first one is after 5 more, to the bit: weights, their average and
// the moments, while the learning rate rises and falls.
TEST(Trainer, RestoredGoesOnAsIfNothingHappened) {
  auto s = settings();
  s.train.steps = 12;
  s.train.warmup = 3;
  const auto first = learning().trainer(test::world(), s, data(), kPoints), second = learning().trainer(test::world(), s, data(), kPoints);
  for (int n = 0; n < 3; ++n) second->step();  // has moments of its own, which must go
  for (int n = 0; n < 5; ++n) first->step();
  second->restore(first->state());
  EXPECT_EQ(test::bits(everything(second->state())), test::bits(everything(first->state())));
  const auto third = learning().trainer(test::world(), s, data(), kPoints);
  third->restore(first->state());
  for (int n = 0; n < 5; ++n) {
    const double loss = first->step();
    EXPECT_EQ(test::bits(second->step()), test::bits(loss)) << n;
    EXPECT_EQ(test::bits(third->step()), test::bits(loss)) << n;
  }
  EXPECT_EQ(first->state().step, 10);
  EXPECT_EQ(test::bits(everything(second->state())), test::bits(everything(first->state())));
  EXPECT_EQ(test::bits(everything(third->state())), test::bits(everything(first->state())));
}

// A state is a copy: the trainer that gave it, or took it, does not change it by going on.
TEST(Trainer, StatesAreCopies) {
  const auto trainer = learning().trainer(test::world(), settings(), data(), kPoints);
  trainer->step();
  const TrainingState state = trainer->state();
  const auto before = everything(state);
  const auto other = learning().trainer(test::world(), settings(), data(), kPoints);
  other->restore(state);
  for (int n = 0; n < 3; ++n) {
    trainer->step();
    other->step();
  }
  EXPECT_EQ(test::bits(everything(state)), test::bits(before));
}

// A state of another network, or of none, is refused, and nothing is taken over.
TEST(Trainer, RefusesAStateOfAnotherNetwork) {
  auto larger = settings();
  larger.network.hidden.push_back(3);
  const auto trainer = learning().trainer(test::world(), settings(), data(), kPoints),
             other = learning().trainer(test::world(), larger, data(), kPoints);
  other->step();
  trainer->step();
  const auto before = everything(trainer->state());
  TrainingState half = trainer->state();
  half.gradient_square.pop_back();
  for (const TrainingState& state : {other->state(), TrainingState{}, half}) {
    const auto error = test::caught([&] { trainer->restore(state); });
    EXPECT_EQ(error.code, ExitCode::bad_input);
    EXPECT_NE(error.message.find("another network"), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("--overwrite"), std::string::npos) << error.message;
  }
  EXPECT_EQ(test::bits(everything(trainer->state())), test::bits(before));
}

/// rms of (learnt - exact) sqrt(Xi) over the law at a level.
double score_error(const Score& learnt, const NoiseLevel& level) {
  std::vector<double> x(2000), noise(2000), exact(2000), got(2000);
  kLaw.draw(99, 0, x);
  fill_normals({99, Stream::forward_noise, 0}, 0, noise);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = level.kept * x[i] + std::sqrt(level.noise_variance) * noise[i];
  kLaw.score(level, x, exact);
  learnt.evaluate(level, x, got);
  return norm(difference(got, exact)) / norm(exact);
}

// In 100 steps the loss falls, and the score of the averaged network comes nearer to the exact one at every level.
TEST(Trainer, Learns) {
  auto s = settings(64);
  s.network.hidden = {32, 32};
  s.train.per_level = 64;
  const auto trainer = learning().trainer(test::world(), s, data(), kPoints);
  const auto untrained = make_learnt_score(trainer->model());
  double first = 0.0, last = 0.0;
  for (int n = 0; n < 100; ++n) {
    const double loss = step_loss(*trainer, test::world());
    (n < 5 ? first : last) += n < 5 || n >= 95 ? loss / 5.0 : 0.0;
  }
  EXPECT_LT(last, 0.9 * first);
  const auto trained = make_learnt_score(trainer->model());
  for (const double ratio : {0.1, 0.3, 1.0}) {
    const NoiseLevel level = s.schedule.at_ratio(ratio);
    EXPECT_LT(score_error(*trained, level), 0.5 * score_error(*untrained, level)) << ratio;
  }
}

// LibTorch says which it is.
TEST(Torch, Version) { EXPECT_GE(std::string(learning().torch_version()), "2."); }

}  // namespace
}  // namespace scorefield
