// The score network evaluated without torch: all layers at once for a few configurations that stay in registers and
// the first-level cache. Same parameters and same function as network.h, which trains it. Local.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "deck/params.h"

namespace scorefield {

/// Measured beside plain PyTorch by tests/bench/sampling_cost.py.
class FusedMlp {
 public:
  /// `weights` in the order of network_layout.h.
  FusedMlp(const NetworkParams& network, std::vector<double> frequencies, const std::vector<double>& weights);

  /// out = F(xh, l) for any number of configurations at one level. Each result depends on its own input only, not on
  /// its position or on the number of configurations. Safe to call from several threads.
  void evaluate(double l, std::span<const float> xh, std::span<float> out) const;

 private:
  struct Layer {
    std::int64_t inputs = 0;
    std::int64_t outputs = 0;
    std::int64_t padded = 0;        ///< outputs, rounded up to whole blocks (the output layer is not)
    std::vector<float> weight;      ///< [inputs][padded]
    std::vector<double> embedding;  ///< [features][outputs]
    std::vector<double> bias;       ///< [outputs]
  };

  std::vector<std::vector<float>> shifts(double l) const;
  template <class Activation>
  void run(const std::vector<std::vector<float>>& shifts, float sign, std::span<const float> xh, std::span<float> out,
           Activation activation) const;
  void run_any(const std::vector<std::vector<float>>& shifts, float sign, std::span<const float> xh, std::span<float> out) const;

  std::string activation_;
  bool odd_;
  std::vector<double> frequencies_;
  std::vector<Layer> layers_;  ///< hidden ones, and the output behind
  std::int64_t widest_ = 0;
};

}  // namespace scorefield
