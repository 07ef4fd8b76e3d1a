#include "denoiser/field_layers.h"

#include <cmath>

#include "base/rng.h"

namespace scorefield {
namespace {

constexpr std::int64_t kKernel = 3;

std::vector<FieldLayer> dense_layers(const NetworkParams& network, std::int64_t sites) {
  std::vector<FieldLayer> layers;
  std::int64_t inputs = kNetworkInputs * sites;
  for (std::size_t i = 0; i < network.hidden.size(); ++i) {
    layers.push_back({"dense" + std::to_string(i), inputs, network.hidden[i], false});
    inputs = network.hidden[i];
  }
  layers.push_back({"output", inputs, sites, true});
  return layers;
}

std::vector<FieldLayer> residual_layers(const NetworkParams& network) {
  const std::int64_t width = network.channels.front();
  std::vector<FieldLayer> layers = {{"input", kNetworkInputs, width, false}};
  for (std::size_t i = 0; i < network.channels.size(); ++i) {
    const std::string block = "block" + std::to_string(i);
    layers.push_back({block + ".in", width, network.channels[i], false});
    layers.push_back({block + ".out", network.channels[i], width, false});
  }
  layers.push_back({"output", width, 1, true});
  return layers;
}

std::vector<FieldLayer> unet_layers(const NetworkParams& network) {
  std::vector<FieldLayer> layers;
  std::int64_t inputs = kNetworkInputs;
  for (std::size_t i = 0; i < network.channels.size(); ++i) {
    layers.push_back({"down" + std::to_string(i), inputs, network.channels[i], false});
    inputs = network.channels[i];
  }
  for (std::size_t i = network.channels.size() - 1; i-- > 0;) {
    layers.push_back({"up" + std::to_string(i), inputs + network.channels[i], network.channels[i], false});
    inputs = network.channels[i];
  }
  layers.push_back({"output", inputs, 1, true});
  return layers;
}

}  // namespace

std::int64_t LayerParameters::size() const {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) count *= extent;
  return count;
}

bool odd_activation(const NetworkParams& network) { return network.activation == "cubic" || network.activation == "tanh"; }

std::vector<FieldLayer> field_layers(const NetworkParams& network, FieldShape shape) {
  if (network.kind == "mlp") return dense_layers(network, static_cast<std::int64_t>(shape.sites()));
  return network.kind == "unet" ? unet_layers(network) : residual_layers(network);
}

std::vector<LayerParameters> layer_parameters(const NetworkParams& network, FieldShape shape) {
  std::vector<LayerParameters> all;
  const bool dense = network.kind == "mlp", odd = odd_activation(network);
  for (const FieldLayer& layer : field_layers(network, shape)) {
    const std::int64_t in = layer.inputs, out = layer.outputs, taps = dense ? 1 : kKernel * kKernel;
    const std::vector<std::int64_t> weight =
        dense ? std::vector<std::int64_t>{out, in} : std::vector<std::int64_t>{out, in, kKernel, kKernel};
    all.push_back({layer.name + ".weight", weight, layer.last ? 0 : in * taps});
    if (!odd) all.push_back({layer.name + ".bias", {out}});
    if (layer.last) continue;
    all.push_back({layer.name + ".modulation", {network.embedding, out}});
    if (!odd) all.push_back({layer.name + ".shift", {network.embedding, out}});
    if (network.normalisation != "group") continue;
    all.push_back({layer.name + ".scale", {out}, 0, 1.0});
    all.push_back({layer.name + ".offset", {out}});
  }
  return all;
}

std::int64_t field_parameter_count(const NetworkParams& network, FieldShape shape) {
  std::int64_t count = 0;
  for (const LayerParameters& each : layer_parameters(network, shape)) count += each.size();
  return count;
}

std::vector<double> initial_field_weights(const NetworkParams& network, FieldShape shape, std::uint64_t seed) {
  std::vector<double> all;
  std::uint64_t tensor = 0;
  for (const LayerParameters& each : layer_parameters(network, shape)) {
    std::vector<double> values(static_cast<std::size_t>(each.size()), each.start);
    if (each.fan_in > 0) {
      fill_normals({seed, Stream::network_init, tensor}, 0, values);
      for (double& value : values) value /= std::sqrt(static_cast<double>(each.fan_in));
    }
    all.insert(all.end(), values.begin(), values.end());
    ++tensor;
  }
  return all;
}

}  // namespace scorefield
