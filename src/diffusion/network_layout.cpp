#include "diffusion/network_layout.h"

#include <cmath>

#include "base/rng.h"

namespace scorefield {

std::vector<ParameterShape> parameter_shapes(const NetworkParams& network, std::size_t components) {
  std::vector<ParameterShape> shapes;
  auto inputs = static_cast<std::int64_t>(components);
  const std::int64_t outputs = is_energy(network) ? 1 : inputs;
  for (std::size_t layer = 0; layer < network.hidden.size(); ++layer) {
    const std::string prefix = "layer" + std::to_string(layer) + ".";
    const std::int64_t width = network.hidden[layer];
    shapes.push_back({prefix + "weight", inputs, width, inputs});
    shapes.push_back({prefix + "embedding", network.embedding, width, network.embedding / 2});
    shapes.push_back({prefix + "bias", 1, width, 0});
    inputs = width;
  }
  shapes.push_back({"output.weight", inputs, outputs, 0});
  shapes.push_back({"output.embedding", network.embedding, outputs, 0});
  shapes.push_back({"output.bias", 1, outputs, 0});
  return shapes;
}

double answer_scale(const NetworkParams& network, double l) { return network.limit == "smooth" ? 1.0 / std::cosh(l) : 1.0; }

std::int64_t parameter_count(const NetworkParams& network, std::size_t components) {
  std::int64_t count = 0;
  for (const ParameterShape& shape : parameter_shapes(network, components)) count += shape.size();
  return count;
}

std::vector<double> initial_weights(const NetworkParams& network, std::size_t components, std::uint64_t seed) {
  std::vector<double> all;
  std::uint64_t tensor = 0;
  for (const ParameterShape& shape : parameter_shapes(network, components)) {
    std::vector<double> values(static_cast<std::size_t>(shape.size()), 0.0);
    if (shape.fan_in > 0) {
      fill_normals({seed, Stream::network_init, tensor}, 0, values);
      for (double& value : values) value /= std::sqrt(static_cast<double>(shape.fan_in));
    }
    all.insert(all.end(), values.begin(), values.end());
    ++tensor;
  }
  return all;
}

std::vector<double> embedding_frequencies(const NetworkParams& network, std::uint64_t seed) {
  std::vector<double> frequencies(static_cast<std::size_t>(network.embedding / 2));
  fill_normals({seed, Stream::network_fourier, 0}, 0, frequencies);
  for (double& frequency : frequencies) frequency *= network.embedding_scale;
  return frequencies;
}

}  // namespace scorefield
