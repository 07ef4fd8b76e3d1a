#include "diffusion/model_file.h"

#include <algorithm>

#include "diffusion/network_layout.h"

namespace scorefield {

Model read_model(const H5File& file, const NetworkParams& network, std::size_t components) {
  Model model;
  model.network = network;
  model.frequencies = file.read_all("/network/frequencies");
  model.weights = file.read_all("/network/averaged_weights");
  PointReference& reference = model.reference;
  reference.mean = file.read_all("/reference/mean");
  reference.variances = file.read_all("/reference/variances");
  reference.axes = file.read_all("/reference/axes");
  const auto wanted = static_cast<std::size_t>(parameter_count(network, components));
  const bool fits = reference.mean.size() == components && reference.variances.size() == components &&
                    reference.axes.size() == components * components && model.weights.size() == wanted &&
                    model.frequencies.size() * 2 == static_cast<std::size_t>(network.embedding) &&
                    std::all_of(reference.variances.begin(), reference.variances.end(), [](double v) { return v > 0.0; });
  file.require(fits, "holds another network than the deck describes: train again with --overwrite");
  return model;
}

void write_model(H5File& file, const Model& model) {
  const PointReference& reference = model.reference;
  file.write_all("/network/frequencies", {model.frequencies.size()}, model.frequencies);
  file.write_all("/reference/mean", {reference.components()}, reference.mean);
  file.write_all("/reference/variances", {reference.components()}, reference.variances);
  file.write_all("/reference/axes", {reference.components(), reference.components()}, reference.axes);
}

}  // namespace scorefield
