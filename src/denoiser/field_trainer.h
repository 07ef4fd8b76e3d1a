// Training of a lattice network on top of reference and features, data-parallel. No torch types.
#pragma once

#include <memory>
#include <string>

#include "base/mpi.h"
#include "denoiser/network_correction.h"
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
  /// `device`: see device.h.
  FieldTrainer(const Comm& comm, const Params& params, FieldShape shape, std::uint64_t seed, const std::string& device);
  ~FieldTrainer();
  FieldTrainer(const FieldTrainer&) = delete;
  FieldTrainer& operator=(const FieldTrainer&) = delete;

  /// One step on a batch of `total` configurations over all ranks. Returns its loss, that of all ranks. Collective.
  double step(const FieldBatch& batch, std::int64_t total);
  /// The loss with averaged weights, without a step. Collective.
  double loss(const FieldBatch& batch, std::int64_t total) const;

  std::int64_t steps_done() const;
  TrainingState state() const;
  void restore(const TrainingState& state);
  FieldWeights weights() const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace scorefield
