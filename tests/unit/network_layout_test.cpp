#include "diffusion/network_layout.h"

#include <gtest/gtest.h>

#include <cmath>

#include "test_support.h"

namespace scorefield {
namespace {

NetworkParams network(std::vector<std::int64_t> hidden, std::int64_t embedding) {
  NetworkParams n;
  n.hidden = std::move(hidden);
  n.embedding = embedding;
  return n;
}

// Weight, embedding and bias of each layer, the output's of width 1, in this order.
TEST(NetworkLayout, Shapes) {
  const NetworkParams n = network({5, 7}, 4);
  const auto shapes = parameter_shapes(n, 1);
  const std::int64_t expected[][2] = {{1, 5}, {4, 5}, {1, 5}, {5, 7}, {4, 7}, {1, 7}, {7, 1}, {4, 1}, {1, 1}};
  ASSERT_EQ(shapes.size(), std::size(expected));
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    EXPECT_EQ(shapes[i].rows, expected[i][0]) << shapes[i].name;
    EXPECT_EQ(shapes[i].columns, expected[i][1]) << shapes[i].name;
  }
  EXPECT_EQ(parameter_count(n, 1), 5 + 20 + 5 + 35 + 28 + 7 + 7 + 4 + 1);
  EXPECT_EQ(static_cast<std::int64_t>(initial_weights(n, 1, 1).size()), parameter_count(n, 1));
}

// Points of the plane: two numbers go in and come out, or one as an energy.
TEST(NetworkLayout, OfThePlane) {
  NetworkParams n = network({5, 7}, 4);
  EXPECT_EQ(parameter_count(n, 2), 10 + 20 + 5 + 35 + 28 + 7 + 2 * (7 + 4 + 1));
  n.energy = "yes";
  EXPECT_EQ(parameter_count(n, 2), 10 + 20 + 5 + 35 + 28 + 7 + 7 + 4 + 1);
}

// Initial values have variance 1/fan_in (5 sigma), an embedding counting half its features; biases and the output are zero.
TEST(NetworkLayout, InitialValues) {
  const NetworkParams n = network({200, 300}, 64);
  const auto values = initial_weights(n, 1, 3);
  const auto shapes = parameter_shapes(n, 1);
  std::size_t position = 0;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const auto size = static_cast<double>(shapes[i].size());
    double sum = 0.0, squares = 0.0;
    for (std::int64_t k = 0; k < shapes[i].size(); ++k, ++position) {
      sum += values[position];
      squares += values[position] * values[position];
    }
    const double inputs[] = {1, 32, 0, 200, 32, 0, 0, 0, 0};
    const double variance = inputs[i] > 0.0 ? 1.0 / inputs[i] : 0.0;
    EXPECT_LE(std::abs(sum / size), 5.0 * std::sqrt(variance / size)) << shapes[i].name;
    EXPECT_LE(std::abs(squares / size - variance), 5.0 * variance * std::sqrt(2.0 / size)) << shapes[i].name;
  }
}

// Values are a function of the seed, and differ between seeds and between layers.
TEST(NetworkLayout, Deterministic) {
  const NetworkParams n = network({8, 8}, 8);
  EXPECT_EQ(initial_weights(n, 1, 3), initial_weights(n, 1, 3));
  EXPECT_NE(initial_weights(n, 1, 3), initial_weights(n, 1, 4));
  const auto w = initial_weights(n, 1, 3);
  EXPECT_NE(w[8], w[8 + 64 + 8 + 64]);  // first numbers of the two embeddings
  EXPECT_EQ(embedding_frequencies(n, 3), embedding_frequencies(n, 3));
  EXPECT_NE(embedding_frequencies(n, 3), embedding_frequencies(n, 4));
}

// Frequencies: half as many as features, of the deck's standard deviation (5 sigma).
TEST(NetworkLayout, Frequencies) {
  NetworkParams n = network({8}, 4000);
  n.embedding_scale = 3.0;
  const auto frequencies = embedding_frequencies(n, 3);
  ASSERT_EQ(frequencies.size(), 2000u);
  double squares = 0.0;
  for (const double w : frequencies) squares += w * w;
  EXPECT_NEAR(squares / 2000.0, 9.0, 5.0 * 9.0 * std::sqrt(2.0 / 2000.0));
}

}  // namespace
}  // namespace scorefield
