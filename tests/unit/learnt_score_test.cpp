#include <gtest/gtest.h>

#include <cmath>

#include "base/pending_file.h"
#include "base/rng.h"
#include "diffusion/model_file.h"
#include "diffusion/network_layout.h"
#include "plain_network.h"
#include "test_support.h"

namespace scorefield {
namespace {

/// A network with random weights everywhere; widths that fill no vector.
Model model(const std::string& activation, const std::string& symmetry, double mean) {
  Model m;
  m.network.hidden = {13, 48, 1, 7};
  m.network.embedding = 10;
  m.network.activation = activation;
  m.network.symmetry = symmetry;
  m.reference = {mean, 1.3};
  m.frequencies = embedding_frequencies(m.network, 1);
  m.weights.resize(static_cast<std::size_t>(parameter_count(m.network, 1)));
  fill_normals({2, Stream::network_init, 0}, 0, m.weights);
  for (double& w : m.weights) w *= 0.4;
  return m;
}

std::vector<double> grid(double low, double high, std::size_t count) {
  std::vector<double> x(count);
  for (std::size_t i = 0; i < count; ++i) x[i] = low + (high - low) * static_cast<double>(i) / static_cast<double>(count - 1);
  return x;
}

std::vector<double> evaluate(const Score& score, const NoiseLevel& level, std::span<const double> x) {
  std::vector<double> out(x.size());
  score.evaluate(level, x, out);
  return out;
}

const char* const kActivations[] = {"silu", "tanh", "leaky-relu"};
const char* const kSymmetries[] = {"none", "odd"};

std::vector<NoiseLevel> levels() {
  std::vector<NoiseLevel> all;
  for (const double c : {0.0, 1.0}) {
    for (const double t : {0.001, 0.3, 1.0}) all.push_back(Schedule(c, 10.0).at(t));
  }
  return all;
}

// The fast evaluation is the network of the description: with xh = z cos + eps sin and F = z sin - eps cos the score is
// -eps/sqrt(Xi), eps = xh sin - F cos. In single precision, to 1e-6 of the network's size.
TEST(LearntScore, IsThePlainNetwork) {
  for (const char* activation : kActivations) {
    for (const char* symmetry : kSymmetries) {
      const Model m = model(activation, symmetry, 0.3);
      const auto score = make_learnt_score(m);
      for (const NoiseLevel& level : levels()) {
        const double sd = m.reference.deviation(level, 0), alpha = test::angle(level, m.reference.scale()),
                     l = std::log(std::tan(0.5 * alpha));
        const auto x = grid(-4.0 * sd, 4.0 * sd, 301);
        const auto got = evaluate(*score, level, x);
        for (std::size_t i = 0; i < x.size(); ++i) {
          const double xh = (x[i] - level.kept * m.reference.mean[0]) / sd;
          const double f = test::plain_network(m.network, m.frequencies, m.weights, xh, l);
          const double expected = f * std::cos(alpha) - xh * std::sin(alpha);
          ASSERT_NEAR(got[i] * std::sqrt(level.noise_variance), expected, 1e-6 * (1.0 + std::abs(f)))
              << activation << " " << symmetry << " " << xh;
        }
      }
    }
  }
}

// A result depends on its own input only: the same bits at any position among any number, and when repeated.
TEST(LearntScore, DoesNotDependOnPosition) {
  for (const char* activation : kActivations) {
    const auto score = make_learnt_score(model(activation, "odd", 0.3));
    const auto x = grid(-3.0, 3.0, 203);
    const NoiseLevel level = Schedule(0.0, 10.0).at(0.2);
    const auto whole = evaluate(*score, level, x);
    EXPECT_EQ(test::bits(whole), test::bits(evaluate(*score, level, x)));
    for (const std::size_t first : {0, 1, 15, 16, 100}) {
      for (const std::size_t count : {1, 3, 17, 64, 103}) {
        const auto part = evaluate(*score, level, std::span(x).subspan(first, count));
        ASSERT_EQ(test::bits(part), test::bits(std::span(whole).subspan(first, count))) << first << " " << count;
      }
    }
  }
}

// With symmetry = odd and data of mean 0 the score is odd to the bit; without it is not odd.
TEST(LearntScore, OddByConstruction) {
  for (const char* activation : kActivations) {
    const auto x = grid(0.01, 3.0, 50);
    std::vector<double> mirrored;
    for (const double value : x) mirrored.push_back(-value);
    const NoiseLevel level = Schedule(0.5, 10.0).at(0.4);
    for (const char* symmetry : kSymmetries) {
      const auto score = make_learnt_score(model(activation, symmetry, 0.0));
      const auto right = evaluate(*score, level, x);
      auto left = evaluate(*score, level, mirrored);
      for (double& value : left) value = -value;
      EXPECT_EQ(left == right, std::string(symmetry) == "odd");
    }
  }
}

// The untrained network leaves the score of the Gaussian with the data's mean and variance.
TEST(LearntScore, StartsAsTheGaussian) {
  Model m = model("silu", "none", 0.3);
  m.weights = initial_weights(m.network, 1, 5);
  const auto score = make_learnt_score(m);
  for (const NoiseLevel& level : levels()) {
    const double sd = m.reference.deviation(level, 0);
    const auto x = grid(-4.0 * sd, 4.0 * sd, 33);
    const auto got = evaluate(*score, level, x);
    for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(got[i] * sd, -(x[i] - level.kept * 0.3) / sd, 1e-13);
  }
}

// A model survives its file (weights in single precision); one of another architecture is refused by all ranks.
TEST(ModelFile, RoundTrip) {
  const test::SharedFolder folder;
  Model m = model("tanh", "odd", 0.3);
  {
    PendingFile pending(folder / "model.h5", test::world());
    write_model(pending.file(), m);
    pending.file().write_all("/network/averaged_weights", {m.weights.size()}, m.weights, Stored::float32);
    pending.commit();
  }
  const H5File file = H5File::open(folder / "model.h5", test::world());
  const Model read = read_model(file, m.network, 1);
  EXPECT_EQ(read.frequencies, m.frequencies);
  EXPECT_EQ(read.reference.mean, m.reference.mean);
  EXPECT_EQ(read.reference.variances, m.reference.variances);
  ASSERT_EQ(read.weights.size(), m.weights.size());
  for (double& weight : m.weights) weight = static_cast<double>(static_cast<float>(weight));
  EXPECT_EQ(read.weights, m.weights);
  const auto x = grid(-3.0, 3.0, 50);
  const NoiseLevel level = Schedule(0.0, 10.0).at(0.2);
  EXPECT_EQ(evaluate(*make_learnt_score(read), level, x), evaluate(*make_learnt_score(m), level, x));
  NetworkParams other = m.network;
  other.hidden.back() = 8;
  const auto error = test::caught([&] { read_model(file, other, 1); });
  EXPECT_TRUE(error.agreed);
  EXPECT_EQ(error.code, ExitCode::bad_input);
}

}  // namespace
}  // namespace scorefield
