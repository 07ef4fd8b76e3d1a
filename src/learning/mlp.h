// The score network in torch, for training: a multilayer perceptron for the preconditioned score. diffusion/fused_mlp.h evaluates the
// same function for sampling.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "deck/params.h"
#include "diffusion/point_reference.h"

namespace scorefield {

/// F(xh, l), with the whitened numbers xh (point_reference.h) and the level coordinate l. The network's target is
/// F*_i = z_i sin(alpha_i) - eps_i cos(alpha_i) for xh_i = z_i cos(alpha_i) + eps_i sin(alpha_i), with tan(alpha_i) = r/sqrt(v_i), z the
/// whitened datum: of unit variance at every level (Karras et al., 2206.00364, in the angular form of Salimans & Ho, 2202.00512).
/// Then d xh_i/d alpha_i = -F_i is the probability-flow equation. On the widest axis alpha = 2 atan(e^l).
///
/// Layer i: h -> act(h W_i + e(l) U_i + b_i), with e(l) = (sin(w l), cos(w l)) of fixed random frequencies w; the output N
/// is h W + e(l) U + b. F = g N with g = answer_scale(l); of an energy Psi (one output) F_i = g sqrt(v_n/v_i) dPsi/dxh_i, v_n the smallest
/// variance: then the score is the gradient of
///   log p = g sqrt(v_n)/r Psi - |xh|^2/2 + constant.
class Mlp {
 public:
  Mlp(NetworkParams network, const std::vector<double>& frequencies, const PointReference& reference);

  /// Parameters as views of a flat array, in the order of network_layout.h.
  std::vector<at::Tensor> unpack(const at::Tensor& flat) const;

  /// What the network says at xh [levels, per_level, components] and l [levels]; the embedding is computed once a level.
  struct Answer {
    at::Tensor flow;       ///< F, of the shape of xh
    at::Tensor potential;  ///< g Psi of an energy, [levels, per_level]; else undefined
  };
  Answer forward(const std::vector<at::Tensor>& parameters, const at::Tensor& xh, const at::Tensor& l) const;

 private:
  at::Tensor embed(const at::Tensor& l) const;
  at::Tensor activate(const at::Tensor& h) const;
  at::Tensor slope_of_activation(const at::Tensor& h) const;
  Answer forward_plain(const std::vector<at::Tensor>& parameters, const at::Tensor& xh, const at::Tensor& l) const;
  at::Tensor gradient(const std::vector<at::Tensor>& parameters, const std::vector<at::Tensor>& sums) const;

  NetworkParams network_;
  std::int64_t components_;
  at::Tensor frequencies_;
  at::Tensor slopes_;  ///< sqrt(v_n/v_i)
};

/// A float32 tensor holding these numbers.
at::Tensor to_tensor(const std::vector<double>& values);

}  // namespace scorefield
