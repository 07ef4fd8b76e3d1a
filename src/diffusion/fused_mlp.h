// The score network evaluated without torch: all layers at once for a few configurations that stay in registers and
// the first-level cache. Same parameters and same function as learning/mlp.h, which trains it. Local.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "deck/params.h"
#include "diffusion/point_reference.h"

namespace scorefield {

/// Measured beside plain PyTorch by tests/bench/sampling_cost.py.
class FusedMlp {
 public:
  /// `weights` in the order of network_layout.h.
  FusedMlp(const NetworkParams& network, std::vector<double> frequencies, const std::vector<double>& weights,
           const PointReference& reference);

  /// out = F(xh, l) for any number of configurations at one level, their numbers one behind the other. Each result depends on its own
  /// input only, not on its position or on the number of configurations. Safe to call from several threads.
  void evaluate(double l, std::span<const float> xh, std::span<float> out) const;
  /// The same of an energy, and its potential below.
  void evaluate(double l, std::span<const float> xh, std::span<float> out, std::span<float> potential) const;
  /// g Psi(xh, l) of an energy, one number a configuration: log p = sqrt(v_n)/r g Psi - |xh|^2/2 + constant (learning/mlp.h).
  void potential(double l, std::span<const float> xh, std::span<float> out) const;

 private:
  struct Layer {
    std::int64_t inputs = 0;
    std::int64_t outputs = 0;
    std::int64_t padded = 0;        ///< outputs, rounded up to whole blocks (the output layer is not)
    std::vector<float> weight;      ///< [inputs][padded]
    std::vector<double> embedding;  ///< [features][outputs]
    std::vector<double> bias;       ///< [outputs]
    std::int64_t padded_back = 0;   ///< of an energy: inputs, rounded up likewise (those of the first layer are not),
    std::vector<float> transposed;  ///< [outputs][padded_back]
  };
  using Shifts = std::vector<std::vector<float>>;
  enum class Wanted { answer, gradient, both };  ///< both: the answer, and the gradient behind it
  struct Work;

  Shifts shifts(double l) const;
  /// `sign` times the configurations go in.
  template <class Activation>
  void run(const Shifts& shifts, Wanted wanted, float sign, std::span<const float> xh, std::span<float> out, Activation activation) const;
  void run_any(const Shifts& shifts, Wanted wanted, float sign, std::span<const float> xh, std::span<float> out) const;
  void run_both(double l, Wanted wanted, std::span<const float> xh, std::span<float> out) const;
  template <class Activation>
  void forward(const Shifts& shifts, Wanted wanted, Work& work, Activation activation) const;
  void backward(Work& work) const;

  NetworkParams network_;
  std::size_t components_;
  std::vector<float> slopes_;  ///< of an energy, sqrt(v_n/v_i)
  std::vector<double> frequencies_;
  std::vector<Layer> layers_;  ///< hidden ones, and the output behind
  std::int64_t widest_ = 0;
};

}  // namespace scorefield
