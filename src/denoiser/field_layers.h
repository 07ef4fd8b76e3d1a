// Shapes of the parameters of lattice networks, in the order in which they stand in a flat array. No torch types.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "deck/params.h"
#include "lattice/field_shape.h"

namespace scorefield {

/// Fields that a network sees at each site.
constexpr std::int64_t kNetworkInputs = 3;

/// One array of parameters.
struct LayerParameters {
  std::string name;
  std::vector<std::int64_t> shape;
  std::int64_t fan_in = 0;  ///< for the scale of the initial values, 1/sqrt; 0: starts at `start`
  double start = 0.0;
  std::int64_t size() const;
};

/// One layer: a convolution or a dense map, modulated by the noise level. `inputs`, `outputs`: channels or units.
struct FieldLayer {
  std::string name;
  std::int64_t inputs = 1, outputs = 1;
  bool last = false;  ///< starts at zero and is not modulated
};

/// A trained network as data.
struct FieldWeights {
  NetworkParams network;
  std::vector<double> frequencies, weights;
};

/// True if the activation is odd: then there are no biases, and the network is odd as it is.
bool odd_activation(const NetworkParams& network);

/// The layers of the deck's network, in order. resnet: one in, two a block, one out; unet: one a resolution down, one up; mlp: dense.
std::vector<FieldLayer> field_layers(const NetworkParams& network, FieldShape shape);

/// Their parameters: weight, the embedding's weight, and where the activation is not odd a bias (with group normalisation also scale and
/// shift).
std::vector<LayerParameters> layer_parameters(const NetworkParams& network, FieldShape shape);

std::int64_t field_parameter_count(const NetworkParams& network, FieldShape shape);

/// Normal numbers of variance 1/fan_in, and the values that others start at.
std::vector<double> initial_field_weights(const NetworkParams& network, FieldShape shape, std::uint64_t seed);

}  // namespace scorefield
