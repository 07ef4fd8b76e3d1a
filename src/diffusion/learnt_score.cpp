#include <ATen/ATen.h>

#include <cmath>

#include "diffusion/model_file.h"
#include "diffusion/network.h"

namespace scorefield {
namespace {

/// The score from the network's preconditioned output: with r = sqrt(Xi)/f, v the data's variance,
/// s = [F sqrt(v)/(r sqrt(v + r^2)) - xh/sqrt(v + r^2)] / f.
class LearntScore : public Score {
 public:
  explicit LearntScore(const Model& model)
      : reference_(model.reference), mlp_(model.network, model.frequencies), parameters_(mlp_.unpack(to_tensor(model.weights))) {}

 private:
  void compute(const NoiseLevel& level, std::span<const double> x, std::span<double> out) const override {
    const c10::InferenceMode guard;
    const double deviation = total_deviation(level, reference_);
    const double centre = level.kept * reference_.mean;
    const auto size = static_cast<std::int64_t>(x.size());
    const at::Tensor xh = at::empty({size, 1}, at::kFloat);
    auto* whitened = xh.data_ptr<float>();
    const double inverse = 1.0 / deviation;
    for (std::size_t i = 0; i < x.size(); ++i) whitened[i] = static_cast<float>((x[i] - centre) * inverse);
    const at::Tensor output = mlp_.forward_at(parameters_, mlp_.conditioning(parameters_, level_coordinate(level, reference_)), xh);
    const float* f = output.data_ptr<float>();
    const double network_factor = std::sqrt(reference_.variance) / (noise_ratio(level) * deviation);
    const double reference_factor = inverse * inverse;
    for (std::size_t i = 0; i < x.size(); ++i) {
      out[i] = network_factor * static_cast<double>(f[i]) - reference_factor * (x[i] - centre);
    }
  }

  Reference reference_;
  Mlp mlp_;
  std::vector<at::Tensor> parameters_;
};

}  // namespace

std::unique_ptr<Score> make_learnt_score(const Model& model) { return std::make_unique<LearntScore>(model); }

}  // namespace scorefield
