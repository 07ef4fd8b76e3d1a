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

/// For each hidden layer and then for the output: weight [in, out], embedding weight [features, out], bias [1, out]. `components`: numbers
/// of a configuration, as many as go in; as many come out, or one if the network is an energy.
std::vector<ParameterShape> parameter_shapes(const NetworkParams& network, std::size_t components);

std::int64_t parameter_count(const NetworkParams& network, std::size_t components);

/// Initial values: normal of variance 1/fan_in; zero where fan_in is 0 (biases and the output). An embedding of F features
/// counts as F/2 inputs, since sin^2 + cos^2 = 1.
std::vector<double> initial_weights(const NetworkParams& network, std::size_t components, std::uint64_t seed);

/// True if the score is the gradient of the network's answer.
inline bool is_energy(const NetworkParams& network) { return network.energy == "yes"; }

/// By what the network's answer is multiplied at the level coordinate l: sin(alpha) = 1/cosh(l) of the widest axis for network.limit =
/// smooth, so that the score has a limit where the noise goes to 0; else 1.
double answer_scale(const NetworkParams& network, double l);

/// Frequencies of the embedding: normal numbers times network.embedding-scale.
std::vector<double> embedding_frequencies(const NetworkParams& network, std::uint64_t seed);

}  // namespace scorefield
