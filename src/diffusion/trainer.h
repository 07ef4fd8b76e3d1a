// Denoising score matching, data-parallel: each rank has part of every batch, gradients are summed over ranks.
// Made by denoiser/learning.h. No torch types.
#pragma once

#include "deck/params.h"
#include "diffusion/model_file.h"
#include "diffusion/schedule.h"
#include "diffusion/training_state.h"

namespace scorefield {

/// Trains F (learning/mlp.h) by the loss  E_l w(l) E (F(xh, l) - F*)^2. Step n is a function of (seed, n): levels, one a stratum,
/// configurations and noise from random numbers by the index of the level in the global batch, so that the batch is the
/// same for any number of ranks, and the gradients agree to rounding.
class Trainer {
 public:
  struct Settings {  // NOLINT(cppcoreguidelines-pro-type-member-init): Schedule has no default
    NetworkParams network;
    TrainParams train;
    Schedule schedule;
    double noise_min = 0.0;
    std::uint64_t seed = 0;
  };

  Trainer() = default;
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;
  virtual ~Trainer() = default;

  /// One optimiser step. Returns the loss of this rank's part of the batch, divided by the size of the whole batch, so that
  /// its sum over ranks is the loss. Collective.
  virtual double step() = 0;

  virtual TrainingState state() const = 0;
  /// Goes on from a state as if it had come this far by itself. InputError if it is of another network. Local; the same on all ranks.
  virtual void restore(const TrainingState& state) = 0;
  /// The network with averaged weights.
  virtual Model model() const = 0;
};

}  // namespace scorefield
