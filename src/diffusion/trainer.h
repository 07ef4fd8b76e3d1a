// Denoising score matching, data-parallel: each rank has part of every batch, gradients are summed over ranks.
// No torch types.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/mpi.h"
#include "diffusion/model_file.h"
#include "diffusion/training_state.h"

namespace scorefield {

/// Trains F (network.h) by the loss  E_l w(l) E (F(xh, l) - F*)^2. Step n is a function of (seed, n): levels, one a stratum,
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

  /// `data`: the whole ensemble, on every rank, in an order in which evenly spread picks are evenly spread in value (data_order.h); kept
  /// by reference. `reference`: its mean and covariance.
  Trainer(const Comm& comm, const Settings& settings, std::span<const double> data, const PointReference& reference);
  ~Trainer();
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  /// One optimiser step. Returns the loss of this rank's part of the batch, divided by the size of the whole batch, so that
  /// its sum over ranks is the loss. Collective.
  double step();

  TrainingState state() const;
  /// Goes on from a state as if it had come this far by itself. InputError if it is of another network. Local; the same on all ranks.
  void restore(const TrainingState& state);
  /// The network with averaged weights.
  Model model() const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

/// Sets the threads of torch's own loops. Local.
void set_torch_threads(int threads);

/// The version of LibTorch.
const char* torch_version();

}  // namespace scorefield
