// The density that an energy network has learnt. Local.
#pragma once

#include "diffusion/fused_mlp.h"
#include "diffusion/model_file.h"

namespace scorefield {

/// log P_theta(x; t) = g sqrt(v_n)/r Psi(xh, l) - |xh|^2/2 + constant (learning/mlp.h), and its score. Safe to use from several threads.
class LearntDensity {
 public:
  /// The model's network must be an energy.
  explicit LearntDensity(const Model& model);

  const PointReference& reference() const { return reference_; }
  /// d/dx log P_theta.
  const Score& score() const { return *score_; }
  /// log P_theta at whitened numbers.
  void log_density(const NoiseLevel& level, std::span<const double> whitened, std::span<double> out) const;
  /// The same, and its gradient with respect to these numbers.
  void evaluate(const NoiseLevel& level, std::span<const double> whitened, std::span<double> log_density, std::span<double> slope) const;

 private:
  /// Of what the network says.
  void to_log_density(const NoiseLevel& level, std::span<const float> potential, std::span<const double> whitened,
                      std::span<double> out) const;

  PointReference reference_;
  std::unique_ptr<Score> score_;
  FusedMlp mlp_;
};

}  // namespace scorefield
