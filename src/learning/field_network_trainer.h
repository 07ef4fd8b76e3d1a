// Training of a lattice network in torch.
#pragma once

#include "base/mpi.h"
#include "denoiser/field_trainer.h"
#include "learning/field_network.h"
#include "learning/weight_optimiser.h"

namespace scorefield {

class FieldNetworkTrainer : public FieldTrainer {
 public:
  FieldNetworkTrainer(const Comm& comm, const Params& params, FieldShape shape, std::uint64_t seed, const at::Device& device);

  double step(const FieldBatch& batch, std::int64_t total) override;
  double loss(const FieldBatch& batch, std::int64_t total) const override;

  std::int64_t steps_done() const override { return optimiser_.step(); }
  TrainingState state() const override { return optimiser_.state(); }
  void restore(const TrainingState& state) override { optimiser_.restore(state); }
  FieldWeights weights() const override { return {network_, frequencies_, optimiser_.averaged()}; }

 private:
  /// The sum of action(first configuration, count) over parts of a batch, which bound the memory.
  template <class Action>
  double for_parts(const FieldBatch& batch, const Action& action) const;
  /// Of some configurations of this rank, over the sites.
  at::Tensor sum_of_squares(const at::Tensor& weights, const FieldBatch& batch, std::size_t first, std::size_t configurations) const;

  const Comm& comm_;
  NetworkParams network_;
  FieldShape shape_;
  std::vector<double> frequencies_;
  FieldNetwork layers_;
  WeightOptimiser optimiser_;
};

}  // namespace scorefield
