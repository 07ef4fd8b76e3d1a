#include "learning/field_network.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

#include "learning/mlp.h"

namespace scorefield {
namespace {

constexpr double kConvolutionLeak = 0.01;
constexpr std::int64_t kChannelsAGroup = 8;

}  // namespace

/// One evaluation: takes parameters in turn.
class FieldNetwork::Pass {
 public:
  Pass(const FieldNetwork& network, at::Tensor weights, const at::Tensor& coordinates)
      : n_(network), weights_(std::move(weights)), odd_(odd_activation(network.network_)) {
    const at::Tensor phase = at::outer(coordinates, network.frequencies_);
    embedding_ = at::cat({phase.sin(), phase.cos()}, 1);
  }

  at::Tensor run(const at::Tensor& inputs) {
    if (n_.network_.kind == "mlp") return dense(inputs);
    return (n_.network_.kind == "unet" ? unet(inputs) : resnet(inputs)).squeeze(1);
  }

 private:
  at::Tensor next() {
    const LayerParameters& parameters = n_.parameters_[index_++];
    at::Tensor part = weights_.narrow(0, position_, parameters.size()).view(parameters.shape);
    position_ += parameters.size();
    return part;
  }

  at::Tensor activate(const at::Tensor& h) const {
    const std::string& name = n_.network_.activation;
    if (name == "cubic") {
      const at::Tensor square = h * h;
      return h * (square / (1.0 + square));
    }
    if (name == "tanh") return at::tanh(h);
    if (name == "silu") return at::silu(h);
    return at::leaky_relu(h, kConvolutionLeak);
  }

  at::Tensor linear(const at::Tensor& h) {
    const at::Tensor weight = next();
    const at::Tensor bias = odd_ ? at::Tensor() : next();
    if (weight.dim() == 2) return bias.defined() ? at::addmm(bias, h, weight.t()) : at::mm(h, weight.t());
    const bool circular = n_.network_.padding == "circular";
    const std::optional<at::Tensor> with = bias.defined() ? std::optional(bias) : std::nullopt;
    const at::Tensor around = circular ? at::pad(h, {1, 1, 1, 1}, "circular") : h;
    return at::conv2d(around, weight, with, 1, circular ? 0 : 1);
  }

  /// The layer with modulation and activation.
  at::Tensor layer(const at::Tensor& from) {
    at::Tensor h = linear(from);
    const auto over_sites = [&](const at::Tensor& of_channels) {
      return h.dim() == 4 ? of_channels.unsqueeze(2).unsqueeze(3) : of_channels;
    };
    const at::Tensor factor = over_sites(1.0 + at::mm(embedding_, next()));
    h = h * factor;
    if (!odd_) h = h + over_sites(at::mm(embedding_, next()));
    if (n_.network_.normalisation == "group") {
      const at::Tensor scale = next(), offset = next();
      const std::int64_t channels = h.size(1);
      h = at::group_norm(h, channels % kChannelsAGroup == 0 ? channels / kChannelsAGroup : 1, scale, offset);
    }
    return activate(h);
  }

  at::Tensor dense(const at::Tensor& inputs) {
    at::Tensor h = inputs.flatten(1);
    for (std::size_t i = 0; i + 1 < n_.layers_.size(); ++i) h = layer(h);
    return linear(h).view({inputs.size(0), inputs.size(2), inputs.size(3)});
  }

  at::Tensor resnet(const at::Tensor& inputs) {
    at::Tensor h = layer(inputs);
    for (std::size_t i = 0; i < n_.network_.channels.size(); ++i) {
      const at::Tensor inner = layer(h);
      h = h + layer(inner);
    }
    return linear(h);
  }

  at::Tensor unet(const at::Tensor& inputs) {
    const std::int64_t stride = n_.network_.stride;
    const std::size_t resolutions = n_.network_.channels.size();
    std::vector<at::Tensor> down = {layer(inputs)};
    for (std::size_t i = 1; i < resolutions; ++i) {
      const at::Tensor coarse = stride > 1 ? at::avg_pool2d(down.back(), {stride, stride}) : down.back();
      down.push_back(layer(coarse));
    }
    at::Tensor h = down.back();
    for (std::size_t i = resolutions - 1; i-- > 0;) {
      const at::Tensor fine = stride > 1 ? h.repeat_interleave(stride, 2).repeat_interleave(stride, 3) : h;
      h = layer(at::cat({fine, down[i]}, 1));
    }
    return linear(h);
  }

  const FieldNetwork& n_;
  at::Tensor weights_, embedding_;
  bool odd_;
  std::size_t index_ = 0;
  std::int64_t position_ = 0;
};

FieldNetwork::FieldNetwork(NetworkParams network, FieldShape shape, const std::vector<double>& frequencies, at::Device device)
    : network_(std::move(network)),
      shape_(shape),
      device_(device),
      frequencies_(to_tensor(frequencies).to(device)),
      layers_(field_layers(network_, shape)),
      parameters_(layer_parameters(network_, shape)) {}

at::Tensor FieldNetwork::forward(const at::Tensor& weights, const at::Tensor& inputs, const at::Tensor& coordinates) const {
  const at::Tensor part_of_signal = at::tanh(coordinates).square().view({-1, 1, 1});
  at::Tensor plus = Pass(*this, weights, coordinates).run(inputs) * part_of_signal;
  const bool odd_anyway = odd_activation(network_) && network_.normalisation == "none";  // a normalisation has an offset
  if (network_.symmetry != "odd" || odd_anyway) return plus;
  return 0.5 * (plus - Pass(*this, weights, coordinates).run(-inputs) * part_of_signal);
}

}  // namespace scorefield
