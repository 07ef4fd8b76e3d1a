// Shapes of the score network's parameters, in the order in which they stand in a flat array. No torch types.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "deck/params.h"

namespace scorefield {

struct ParameterShape {
  std::string name;
  std::int64_t rows = 1;
  std::int64_t columns = 1;
  std::int64_t fan_in = 0;  ///< inputs summed by a unit, for the scale of the initial values; 0: starts at zero
  std::int64_t size() const { return rows * columns; }
};

/// For each hidden layer: weight [in, out], embedding weight [features, out], bias [1, out]; then the output weight
/// [in, 1] and bias.
std::vector<ParameterShape> parameter_shapes(const NetworkParams& network);

std::int64_t parameter_count(const NetworkParams& network);

/// Initial values: uniform of variance 1/fan_in from the seed's stream, output weights and biases zero.
std::vector<double> initial_weights(const NetworkParams& network, std::uint64_t seed);

/// Frequencies of the embedding: normal numbers times network.embedding-scale.
std::vector<double> embedding_frequencies(const NetworkParams& network, std::uint64_t seed);

}  // namespace scorefield
