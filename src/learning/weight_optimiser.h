// Adam on one flat array of weights, data-parallel, with their average.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/optim/adam.h>

#include <vector>

#include "base/mpi.h"
#include "deck/params.h"
#include "diffusion/training_state.h"

namespace scorefield {

/// Gradients that ranks left in weights() are summed; then one step of Adam (Kingma, Ba 2014) at the deck's rate, after clipping the
/// gradient's norm to train.clip, and of the average, in which step n counts as n^train.averaging.
class WeightOptimiser {
 public:
  WeightOptimiser(const TrainParams& train, const std::vector<double>& initial);

  /// A leaf of float32; loss.backward() leaves its gradient here.
  const at::Tensor& weights() const { return weights_; }
  std::vector<double> averaged() const;
  std::int64_t step() const { return step_; }

  /// Collective. A rank without a gradient has zeros.
  void advance(const Comm& comm);

  TrainingState state() const;
  /// InputError if it is of another network.
  void restore(const TrainingState& state);

 private:
  double learning_rate() const;

  TrainParams train_;
  at::Tensor weights_;               ///< all parameters, one leaf
  at::Tensor averaged_;              ///< their average
  mutable torch::optim::Adam adam_;  ///< mutable: torch gives its state only to non-const
  std::int64_t step_ = 0;
};

}  // namespace scorefield
