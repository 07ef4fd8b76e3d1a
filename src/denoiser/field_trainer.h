// Training of a lattice network on top of reference and features, data-parallel. Made by denoiser/learning.h. No torch types.
#pragma once

#include <vector>

#include "denoiser/field_layers.h"
#include "diffusion/training_state.h"

namespace scorefield {

/// This rank's part of a batch: inputs and targets in single precision, as network_inputs.h has them.
struct FieldBatch {
  std::vector<float> inputs;       ///< [configuration][input][site]
  std::vector<float> targets;      ///< [configuration][site]: (T - D_ref - R of the features)/s_w
  std::vector<float> coordinates;  ///< l of each
};

/// Minimises the mean over configurations and sites of (N - target)^2: what the distance to the exact denoiser is in units of the
/// posterior's variance, but for the target's own noise.
class FieldTrainer {
 public:
  FieldTrainer() = default;
  FieldTrainer(const FieldTrainer&) = delete;
  FieldTrainer& operator=(const FieldTrainer&) = delete;
  virtual ~FieldTrainer() = default;

  /// One step on a batch of `total` configurations over all ranks. Returns its loss, that of all ranks. Collective.
  virtual double step(const FieldBatch& batch, std::int64_t total) = 0;
  /// The loss with averaged weights, without a step. Collective.
  virtual double loss(const FieldBatch& batch, std::int64_t total) const = 0;

  virtual std::int64_t steps_done() const = 0;
  /// All that the next steps depend on.
  virtual TrainingState state() const = 0;
  /// Goes on from a state as if it had come this far by itself. InputError if it is of another network. Local; the same on all ranks.
  virtual void restore(const TrainingState& state) = 0;
  /// The network with averaged weights.
  virtual FieldWeights weights() const = 0;
};

}  // namespace scorefield
