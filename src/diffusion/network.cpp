#include "diffusion/network.h"

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

Mlp::Mlp(NetworkParams network, const std::vector<double>& frequencies)
    : network_(std::move(network)), frequencies_(to_tensor(frequencies)) {}

std::vector<at::Tensor> Mlp::unpack(const at::Tensor& flat) const {
  std::vector<at::Tensor> parameters;
  std::int64_t position = 0;
  for (const ParameterShape& shape : parameter_shapes(network_)) {
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

at::Tensor Mlp::forward(const std::vector<at::Tensor>& parameters, const at::Tensor& xh, const at::Tensor& l) const {
  if (network_.symmetry == "none") return forward_plain(parameters, xh, l);
  return 0.5 * (forward_plain(parameters, xh, l) - forward_plain(parameters, -xh, l));
}

at::Tensor Mlp::forward_plain(const std::vector<at::Tensor>& parameters, const at::Tensor& xh, const at::Tensor& l) const {
  const std::int64_t levels = xh.size(0), per_level = xh.size(1);
  const at::Tensor e = embed(l);
  at::Tensor h = xh.reshape({levels * per_level, 1});
  for (std::size_t layer = 0; layer < network_.hidden.size(); ++layer) {
    const at::Tensor& weight = parameters[kPerLayer * layer];
    const at::Tensor shift = at::addmm(parameters[kPerLayer * layer + 2], e, parameters[kPerLayer * layer + 1]);
    const at::Tensor sum = at::mm(h, weight).view({levels, per_level, weight.size(1)}).add_(shift.unsqueeze(1));
    h = activate(sum).view({levels * per_level, weight.size(1)});
  }
  const std::size_t output = kPerLayer * network_.hidden.size();
  const at::Tensor shift = at::addmm(parameters[output + 2], e, parameters[output + 1]);
  return at::mm(h, parameters[output]).view({levels, per_level}).add_(shift);
}

}  // namespace scorefield
