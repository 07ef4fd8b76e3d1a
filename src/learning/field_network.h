// Networks of lattice fields in torch.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "denoiser/field_layers.h"

namespace scorefield {

/// N(inputs, l): inputs (configurations, kNetworkInputs, n_y, n_x), level coordinate l (configurations) -> (configurations, n_y, n_x).
///
/// A layer maps h -> act((W h [+ b]) (1 + e(l) U) [+ e(l) V]), e(l) = (sin(w l), cos(w l)) with fixed random frequencies w; [] where the
/// activation is not odd. Convolutions are 3x3 and periodic (network.padding = circular) or surrounded by zeros.
/// resnet: h -> h + act(W' act(W h)) in blocks of channels given by network.channels, on a stream of the first of them.
/// unet: means over network.stride x network.stride sites between resolutions on the way down, repetition on the way up, where what was on
///   the way down is put beside.
/// mlp: dense layers over all sites; neither periodic nor equivariant.
/// All of it times tanh^2(l) = v/(v + r^2), because nothing can be said of fields that are all noise.
/// Activations: cubic h^3/(1 + h^2), tanh, silu, leaky-relu. With network.symmetry = odd and one that is not odd, N(x) is (N(x) - N(-x))/2.
class FieldNetwork {
 public:
  FieldNetwork(NetworkParams network, FieldShape shape, const std::vector<double>& frequencies, at::Device device);

  at::Tensor forward(const at::Tensor& weights, const at::Tensor& inputs, const at::Tensor& coordinates) const;
  at::Device device() const { return device_; }

 private:
  class Pass;

  NetworkParams network_;
  FieldShape shape_;
  at::Device device_;
  at::Tensor frequencies_;
  std::vector<FieldLayer> layers_;
  std::vector<LayerParameters> parameters_;
};

}  // namespace scorefield
