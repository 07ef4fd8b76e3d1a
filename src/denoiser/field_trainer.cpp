#include "denoiser/field_trainer.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "denoiser/field_network.h"
#include "denoiser/torch_device.h"
#include "diffusion/network.h"
#include "diffusion/network_layout.h"
#include "diffusion/weight_optimiser.h"

namespace scorefield {

void require_device(const std::string& wanted) { torch_device(wanted); }

class FieldTrainer::Implementation {
 public:
  Implementation(const Comm& comm, const Params& params, FieldShape shape, std::uint64_t seed)
      : comm_(comm),
        network_(params.network),
        shape_(shape),
        frequencies_(embedding_frequencies(params.network, seed)),
        layers_(params.network, shape, frequencies_, torch_device(params.run.device)),
        optimiser_(params.train, initial_field_weights(params.network, shape, seed)) {}

  double step(const FieldBatch& batch, std::int64_t total) {
    double loss = 0.0;
    if (!batch.coordinates.empty()) {
      const at::Tensor sum = sum_of_squares(optimiser_.weights().to(layers_.device()), batch) / static_cast<double>(total);
      sum.backward();
      loss = sum.item<double>();
    }
    optimiser_.advance(comm_);
    return comm_.sum(loss);
  }

  double loss(const FieldBatch& batch, std::int64_t total) const {
    const at::NoGradGuard guard;
    const at::Tensor weights = to_tensor(optimiser_.averaged()).to(layers_.device());
    return comm_.sum(batch.coordinates.empty() ? 0.0 : sum_of_squares(weights, batch).item<double>() / static_cast<double>(total));
  }

  TrainingState state() const { return optimiser_.state(); }
  void restore(const TrainingState& state) { optimiser_.restore(state); }
  FieldWeights weights() const { return {network_, frequencies_, optimiser_.averaged()}; }

 private:
  /// Of all configurations of this rank, over the sites.
  at::Tensor sum_of_squares(const at::Tensor& weights, const FieldBatch& batch) const {
    const auto count = static_cast<std::int64_t>(batch.coordinates.size());
    const auto rows = static_cast<std::int64_t>(shape_.y), columns = static_cast<std::int64_t>(shape_.x);
    const auto tensor = [&](const std::vector<float>& values, at::IntArrayRef shape) {
      return at::from_blob(const_cast<float*>(values.data()), shape, at::kFloat).to(layers_.device());  // NOLINT: torch only reads it
    };
    const at::Tensor answer =
        layers_.forward(weights, tensor(batch.inputs, {count, kNetworkInputs, rows, columns}), tensor(batch.coordinates, {count}));
    return (answer - tensor(batch.targets, {count, rows, columns})).square().sum() / static_cast<double>(rows * columns);
  }

  const Comm& comm_;
  NetworkParams network_;
  FieldShape shape_;
  std::vector<double> frequencies_;
  FieldNetwork layers_;
  WeightOptimiser optimiser_;
};

FieldTrainer::FieldTrainer(const Comm& comm, const Params& params, FieldShape shape, std::uint64_t seed)
    : implementation_(std::make_unique<Implementation>(comm, params, shape, seed)) {}
FieldTrainer::~FieldTrainer() = default;
double FieldTrainer::step(const FieldBatch& batch, std::int64_t total) { return implementation_->step(batch, total); }
double FieldTrainer::loss(const FieldBatch& batch, std::int64_t total) const { return implementation_->loss(batch, total); }
TrainingState FieldTrainer::state() const { return implementation_->state(); }
void FieldTrainer::restore(const TrainingState& state) { implementation_->restore(state); }
FieldWeights FieldTrainer::weights() const { return implementation_->weights(); }

}  // namespace scorefield
