#include "learning/field_network_trainer.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "diffusion/network_layout.h"
#include "learning/mlp.h"

namespace scorefield {
namespace {

constexpr std::size_t kTogether = 16;           // configurations in one evaluation: more leave the caches
constexpr std::size_t kTogetherOnDevice = 256;  // fewer leave a GPU idle

}  // namespace

FieldNetworkTrainer::FieldNetworkTrainer(const Comm& comm, const Params& params, FieldShape shape, std::uint64_t seed,
                                         const at::Device& device)
    : comm_(comm),
      network_(params.network),
      shape_(shape),
      frequencies_(embedding_frequencies(params.network, seed)),
      layers_(params.network, shape, frequencies_, device),
      optimiser_(params.train, initial_field_weights(params.network, shape, seed)) {}

template <class Action>
double FieldNetworkTrainer::for_parts(const FieldBatch& batch, const Action& action) const {
  const std::size_t most = layers_.device().is_cpu() ? kTogether : kTogetherOnDevice;
  double sum = 0.0;
  for (std::size_t first = 0; first < batch.coordinates.size(); first += most) {
    sum += action(first, std::min(most, batch.coordinates.size() - first));
  }
  return sum;
}

double FieldNetworkTrainer::step(const FieldBatch& batch, std::int64_t total) {
  const double loss = for_parts(batch, [&](std::size_t first, std::size_t count) {
    const at::Tensor sum = sum_of_squares(optimiser_.weights().to(layers_.device()), batch, first, count) / static_cast<double>(total);
    sum.backward();
    return sum.item<double>();
  });
  optimiser_.advance(comm_);
  return comm_.sum(loss);
}

double FieldNetworkTrainer::loss(const FieldBatch& batch, std::int64_t total) const {
  const at::NoGradGuard guard;
  const at::Tensor weights = to_tensor(optimiser_.averaged()).to(layers_.device());
  return comm_.sum(for_parts(batch, [&](std::size_t first, std::size_t count) {
    return sum_of_squares(weights, batch, first, count).item<double>() / static_cast<double>(total);
  }));
}

at::Tensor FieldNetworkTrainer::sum_of_squares(const at::Tensor& weights, const FieldBatch& batch, std::size_t first,
                                               std::size_t configurations) const {
  const auto count = static_cast<std::int64_t>(configurations);
  const std::size_t sites = shape_.sites();
  const auto rows = static_cast<std::int64_t>(shape_.y), columns = static_cast<std::int64_t>(shape_.x);
  const auto tensor = [&](const std::vector<float>& values, std::size_t each, at::IntArrayRef shape) {
    auto* const data = const_cast<float*>(values.data() + first * each);  // NOLINT: torch only reads it
    return at::from_blob(data, shape, at::kFloat).to(layers_.device());
  };
  const at::Tensor answer = layers_.forward(weights, tensor(batch.inputs, kNetworkInputs * sites, {count, kNetworkInputs, rows, columns}),
                                            tensor(batch.coordinates, 1, {count}));
  return (answer - tensor(batch.targets, sites, {count, rows, columns})).square().sum() / static_cast<double>(rows * columns);
}

}  // namespace scorefield
