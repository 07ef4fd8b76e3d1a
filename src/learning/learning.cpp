#include "denoiser/learning.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <omp.h>
#include <torch/version.h>

#include "base/error.h"
#include "learning/field_network_trainer.h"
#include "learning/mlp_trainer.h"
#include "learning/network_correction.h"

namespace scorefield {
namespace {

class TorchLearning : public Learning {
 public:
  TorchLearning() { at::set_num_threads(omp_get_max_threads()); }

  const char* torch_version() const override { return TORCH_VERSION; }

  std::string device_of(const Comm& comm, const std::string& wanted) const override {
    const std::size_t devices = wanted == "cpu" ? 0 : at::getNumGPUs();
    require_all(comm, [&] {
      if (wanted == "cuda" && devices == 0) {
        throw InputError("run.device = cuda, and there is no CUDA device, or this LibTorch has no support for it: take cpu or auto");
      }
    });
    const auto place = static_cast<std::size_t>(comm.node().rank());
    return devices == 0 ? "cpu" : "cuda:" + std::to_string(place % devices);
  }

  std::unique_ptr<Trainer> trainer(const Comm& comm, const Trainer::Settings& settings, std::span<const double> data,
                                   const PointReference& reference) const override {
    return make_mlp_trainer(comm, settings, data, reference);
  }

  std::unique_ptr<FieldTrainer> field_trainer(const Comm& comm, const Params& params, FieldShape shape, std::uint64_t seed,
                                              const std::string& device) const override {
    return std::make_unique<FieldNetworkTrainer>(comm, params, shape, seed, at::Device(device));
  }

  std::unique_ptr<Correction> network_correction(const FieldReference& reference, const Correction& features, const FieldWeights& weights,
                                                 double scale, const std::string& device) const override {
    return std::make_unique<NetworkCorrection>(reference, features, weights, scale, at::Device(device));
  }
};

}  // namespace
}  // namespace scorefield

/// What denoiser/learning.cpp looks for.
extern "C" const scorefield::Learning& scorefield_learning() {
  static const scorefield::TorchLearning torch;
  return torch;
}
