#include "learning/mlp.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "base/error.h"
#include "diffusion/network_layout.h"

namespace scorefield {
namespace {

constexpr std::size_t kPerLayer = 3;  // weight, embedding, bias
constexpr double kLeak = 0.01;

}  // namespace

at::Tensor to_tensor(const std::vector<double>& values) {
  at::Tensor tensor = at::empty({static_cast<std::int64_t>(values.size())}, at::kFloat);
  std::transform(values.begin(), values.end(), tensor.data_ptr<float>(), [](double v) { return static_cast<float>(v); });
  return tensor;
}

Mlp::Mlp(NetworkParams network, const std::vector<double>& frequencies, const PointReference& reference)
    : network_(std::move(network)),
      components_(static_cast<std::int64_t>(reference.components())),
      frequencies_(to_tensor(frequencies)),
      slopes_(to_tensor(energy_slopes(reference))) {}

std::vector<at::Tensor> Mlp::unpack(const at::Tensor& flat) const {
  std::vector<at::Tensor> parameters;
  std::int64_t position = 0;
  for (const ParameterShape& shape : parameter_shapes(network_, static_cast<std::size_t>(components_))) {
    parameters.push_back(flat.narrow(0, position, shape.size()).view({shape.rows, shape.columns}));
    position += shape.size();
  }
  return parameters;
}

at::Tensor Mlp::embed(const at::Tensor& l) const {
  const at::Tensor phase = at::outer(l, frequencies_);
  return at::cat({phase.sin(), phase.cos()}, 1);
}

at::Tensor Mlp::activate(const at::Tensor& h) const {
  if (network_.activation == "silu") return at::silu(h);
  if (network_.activation == "tanh") return at::tanh(h);
  return at::leaky_relu(h, kLeak);
}

at::Tensor Mlp::slope_of_activation(const at::Tensor& h) const {
  if (network_.activation == "tanh") return 1.0 - at::tanh(h).square();
  const at::Tensor sigmoid = at::sigmoid(h);
  return sigmoid * (1.0 + h * (1.0 - sigmoid));
}

Mlp::Answer Mlp::forward(const std::vector<at::Tensor>& parameters, const at::Tensor& xh, const at::Tensor& l) const {
  Answer answer = forward_plain(parameters, xh, l);
  if (network_.symmetry == "odd") {
    const Answer mirrored = forward_plain(parameters, -xh, l);
    answer.flow = 0.5 * (answer.flow - mirrored.flow);
    if (is_energy(network_)) answer.potential = 0.5 * (answer.potential + mirrored.potential);
  }
  if (network_.limit == "smooth") {
    const at::Tensor scale = 1.0 / at::cosh(l).view({-1, 1});
    answer.flow = answer.flow * scale.unsqueeze(2);
    if (is_energy(network_)) answer.potential = answer.potential * scale;
  }
  return answer;
}

Mlp::Answer Mlp::forward_plain(const std::vector<at::Tensor>& parameters, const at::Tensor& xh, const at::Tensor& l) const {
  const std::int64_t levels = xh.size(0), per_level = xh.size(1);
  const at::Tensor e = embed(l);
  at::Tensor h = xh.reshape({levels * per_level, components_});
  std::vector<at::Tensor> sums;
  for (std::size_t layer = 0; layer < network_.hidden.size(); ++layer) {
    const at::Tensor& weight = parameters[kPerLayer * layer];
    const at::Tensor shift = at::addmm(parameters[kPerLayer * layer + 2], e, parameters[kPerLayer * layer + 1]);
    const at::Tensor sum = at::mm(h, weight).view({levels, per_level, weight.size(1)}).add_(shift.unsqueeze(1));
    h = activate(sum).view({levels * per_level, weight.size(1)});
    if (is_energy(network_)) sums.push_back(sum.view({levels * per_level, weight.size(1)}));
  }
  const std::size_t output = kPerLayer * network_.hidden.size();
  const at::Tensor shift = at::addmm(parameters[output + 2], e, parameters[output + 1]);
  const at::Tensor last = at::mm(h, parameters[output]).view({levels, per_level, -1}).add_(shift.unsqueeze(1));
  if (!is_energy(network_)) return {last, {}};
  return {gradient(parameters, sums).view({levels, per_level, components_}), last.squeeze(2)};
}

/// sqrt(v_n/v_i) dPsi/dxh_i from the sums of the hidden layers, back through them.
at::Tensor Mlp::gradient(const std::vector<at::Tensor>& parameters, const std::vector<at::Tensor>& sums) const {
  at::Tensor g = parameters[kPerLayer * sums.size()].view({1, -1});
  for (std::size_t layer = sums.size(); layer-- > 0;) {
    g = at::mm(g * slope_of_activation(sums[layer]), parameters[kPerLayer * layer].t());
  }
  return g * slopes_;
}

}  // namespace scorefield
