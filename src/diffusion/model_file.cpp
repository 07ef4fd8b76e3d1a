#include "diffusion/model_file.h"

#include "diffusion/network_layout.h"

namespace scorefield {

Model read_model(const H5File& file, const NetworkParams& network) {
  Model model;
  model.network = network;
  model.frequencies = file.read_all("/network/frequencies");
  model.weights = file.read_all("/network/averaged_weights");
  const auto mean = file.number_attribute("/network", "data_mean");
  const auto variance = file.number_attribute("/network", "data_variance");
  const auto wanted = static_cast<std::size_t>(parameter_count(network));
  const bool fits =
      mean && variance && model.weights.size() == wanted && model.frequencies.size() * 2 == static_cast<std::size_t>(network.embedding);
  file.require(fits, "holds another network than the deck describes: train again with --overwrite");
  model.reference = {*mean, *variance};
  return model;
}

void write_model(H5File& file, const Model& model) {
  file.write_all("/network/frequencies", {model.frequencies.size()}, model.frequencies);
  file.set_attribute("/network", "data_mean", model.reference.mean);
  file.set_attribute("/network", "data_variance", model.reference.variance);
}

}  // namespace scorefield
