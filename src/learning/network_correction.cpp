#include "learning/network_correction.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "denoiser/network_inputs.h"
#include "diffusion/schedule.h"
#include "learning/mlp.h"

namespace scorefield {
namespace {

constexpr std::int64_t kTogetherOnCore = 16;  // configurations in one evaluation by a core: more leave its caches

}  // namespace

class NetworkCorrection::Worker : public CorrectionWorker {
 public:
  explicit Worker(const NetworkCorrection& correction)
      : c_(correction), features_(correction.features_.worker()), inputs_(correction.reference_) {}

  void evaluate(const ReferenceLevel& level, std::span<const double> y, std::span<double> out) override {
    features_->evaluate(level, y, out);
    inputs_.set_level(level);
    const auto sites = static_cast<std::int64_t>(c_.reference_.shape.sites()), count = static_cast<std::int64_t>(y.size()) / sites;
    const std::int64_t together = c_.layers_.device().is_cpu() ? kTogetherOnCore : std::max<std::int64_t>(1, count);
    for (std::int64_t first = 0; first < count; first += together) {
      const std::int64_t part = std::min(together, count - first);
      const auto begin = static_cast<std::size_t>(first * sites), size = static_cast<std::size_t>(part * sites);
      add(level, y.subspan(begin, size), out.subspan(begin, size), part);
    }
  }

 private:
  void add(const ReferenceLevel& level, std::span<const double> y, std::span<double> out, std::int64_t count) {
    const at::NoGradGuard guard;
    const FieldShape shape = c_.reference_.shape;
    const std::size_t sites = shape.sites();
    const auto rows = static_cast<std::int64_t>(shape.y), columns = static_cast<std::int64_t>(shape.x);
    const at::Tensor inputs = at::empty({count, kNetworkInputs, rows, columns}, at::kFloat);
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      inputs_.fill(y.subspan(i * sites, sites), out.subspan(i * sites, sites),
                   {inputs.data_ptr<float>() + i * kNetworkInputs * sites, kNetworkInputs * sites});
    }
    const double l = coordinate_of_ratio(level.ratio(), c_.scale_);
    const at::Device device = c_.layers_.device();
    const at::Tensor coordinates = at::full({count}, l, at::kFloat).to(device);
    const at::Tensor answer = c_.layers_.forward(c_.weights_, inputs.to(device), coordinates).to(at::kCPU).contiguous();
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      inputs_.add_answer({answer.data_ptr<float>() + i * sites, sites}, out.subspan(i * sites, sites));
    }
  }

  const NetworkCorrection& c_;
  std::unique_ptr<CorrectionWorker> features_;
  NetworkInputs inputs_;
};

NetworkCorrection::NetworkCorrection(const FieldReference& reference, const Correction& features, const FieldWeights& weights, double scale,
                                     const at::Device& device)
    : reference_(reference),
      features_(features),
      scale_(scale),
      layers_(weights.network, reference.shape, weights.frequencies, device),
      weights_(to_tensor(weights.weights).to(device)) {}

std::unique_ptr<CorrectionWorker> NetworkCorrection::worker() const { return std::make_unique<Worker>(*this); }

}  // namespace scorefield
