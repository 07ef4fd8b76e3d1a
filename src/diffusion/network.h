// The score network in torch, for training: a multilayer perceptron for the preconditioned score. Torch types: include
// only from the implementation files of diffusion/. fused_mlp.h evaluates the same function for sampling.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "deck/params.h"
#include "diffusion/schedule.h"

namespace scorefield {

/// F(xh, l), with xh = (x - f mean)/sd(t) and l the level coordinate. The network's target is
/// F* = z sin(alpha) - eps cos(alpha) for xh = z cos(alpha) + eps sin(alpha), with alpha = 2 atan(e^l), z the whitened datum:
/// of unit variance at every level (Karras et al., 2206.00364, in the angular form of Salimans & Ho, 2202.00512).
/// Then d xh/d alpha = -F is the probability-flow equation.
///
/// Layer i: h -> act(h W_i + e(l) U_i + b_i), with e(l) = (sin(w l), cos(w l)) of fixed random frequencies w; the output
/// is h W + e(l) U + b.
class Mlp {
 public:
  Mlp(NetworkParams network, const std::vector<double>& frequencies);

  /// Parameters as views of a flat array, in the order of network_layout.h.
  std::vector<at::Tensor> unpack(const at::Tensor& flat) const;

  /// F at xh [levels, per_level] and l [levels]; the embedding is computed once a level.
  at::Tensor forward(const std::vector<at::Tensor>& parameters, const at::Tensor& xh, const at::Tensor& l) const;

 private:
  at::Tensor embed(const at::Tensor& l) const;
  at::Tensor activate(const at::Tensor& h) const;
  at::Tensor forward_plain(const std::vector<at::Tensor>& parameters, const at::Tensor& xh, const at::Tensor& l) const;

  NetworkParams network_;
  at::Tensor frequencies_;
};

/// A float32 tensor holding these numbers.
at::Tensor to_tensor(const std::vector<double>& values);

}  // namespace scorefield
