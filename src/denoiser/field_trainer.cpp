#include "denoiser/field_trainer.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "denoiser/field_network.h"
#include "diffusion/network.h"
#include "diffusion/network_layout.h"
#include "diffusion/weight_optimiser.h"

namespace scorefield {
namespace {

constexpr std::size_t kTogether = 16;           // configurations in one evaluation: more leave the caches
constexpr std::size_t kTogetherOnDevice = 256;  // fewer leave a GPU idle

}  // namespace

class FieldTrainer::Implementation {
 public:
  Implementation(const Comm& comm, const Params& params, FieldShape shape, std::uint64_t seed, const std::string& device)
      : comm_(comm),
        network_(params.network),
        shape_(shape),
        frequencies_(embedding_frequencies(params.network, seed)),
        layers_(params.network, shape, frequencies_, at::Device(device)),
        optimiser_(params.train, initial_field_weights(params.network, shape, seed)) {}

  double step(const FieldBatch& batch, std::int64_t total) {
    const double loss = for_parts(batch, [&](std::size_t first, std::size_t count) {
      const at::Tensor sum = sum_of_squares(optimiser_.weights().to(layers_.device()), batch, first, count) / static_cast<double>(total);
      sum.backward();
      return sum.item<double>();
    });
    optimiser_.advance(comm_);
    return comm_.sum(loss);
  }

  double loss(const FieldBatch& batch, std::int64_t total) const {
    const at::NoGradGuard guard;
    const at::Tensor weights = to_tensor(optimiser_.averaged()).to(layers_.device());
    return comm_.sum(for_parts(batch, [&](std::size_t first, std::size_t count) {
      return sum_of_squares(weights, batch, first, count).item<double>() / static_cast<double>(total);
    }));
  }

  std::int64_t steps_done() const { return optimiser_.step(); }
  TrainingState state() const { return optimiser_.state(); }
  void restore(const TrainingState& state) { optimiser_.restore(state); }
  FieldWeights weights() const { return {network_, frequencies_, optimiser_.averaged()}; }

 private:
  /// The sum of action(first configuration, count) over parts of a batch, which bound the memory.
  template <class Action>
  double for_parts(const FieldBatch& batch, const Action& action) const {
    const std::size_t most = layers_.device().is_cpu() ? kTogether : kTogetherOnDevice;
    double sum = 0.0;
    for (std::size_t first = 0; first < batch.coordinates.size(); first += most) {
      sum += action(first, std::min(most, batch.coordinates.size() - first));
    }
    return sum;
  }

  /// Of some configurations of this rank, over the sites.
  at::Tensor sum_of_squares(const at::Tensor& weights, const FieldBatch& batch, std::size_t first, std::size_t configurations) const {
    const auto count = static_cast<std::int64_t>(configurations);
    const std::size_t sites = shape_.sites();
    const auto rows = static_cast<std::int64_t>(shape_.y), columns = static_cast<std::int64_t>(shape_.x);
    const auto tensor = [&](const std::vector<float>& values, std::size_t each, at::IntArrayRef shape) {
      return at::from_blob(const_cast<float*>(values.data() + first * each), shape, at::kFloat)
          .to(layers_.device());  // NOLINT: torch only reads it
    };
    const at::Tensor answer = layers_.forward(weights, tensor(batch.inputs, kNetworkInputs * sites, {count, kNetworkInputs, rows, columns}),
                                              tensor(batch.coordinates, 1, {count}));
    return (answer - tensor(batch.targets, sites, {count, rows, columns})).square().sum() / static_cast<double>(rows * columns);
  }

  const Comm& comm_;
  NetworkParams network_;
  FieldShape shape_;
  std::vector<double> frequencies_;
  FieldNetwork layers_;
  WeightOptimiser optimiser_;
};

FieldTrainer::FieldTrainer(const Comm& comm, const Params& params, FieldShape shape, std::uint64_t seed, const std::string& device)
    : implementation_(std::make_unique<Implementation>(comm, params, shape, seed, device)) {}
FieldTrainer::~FieldTrainer() = default;
double FieldTrainer::step(const FieldBatch& batch, std::int64_t total) { return implementation_->step(batch, total); }
double FieldTrainer::loss(const FieldBatch& batch, std::int64_t total) const { return implementation_->loss(batch, total); }
std::int64_t FieldTrainer::steps_done() const { return implementation_->steps_done(); }
TrainingState FieldTrainer::state() const { return implementation_->state(); }
void FieldTrainer::restore(const TrainingState& state) { implementation_->restore(state); }
FieldWeights FieldTrainer::weights() const { return implementation_->weights(); }

}  // namespace scorefield
