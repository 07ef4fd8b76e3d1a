#include <cmath>

#include "diffusion/fused_mlp.h"
#include "diffusion/model_file.h"

namespace scorefield {
namespace {

/// The score from the network's preconditioned output: with r = sqrt(Xi)/f, v the data's variance,
/// s = [F sqrt(v)/(r sqrt(v + r^2)) - xh/sqrt(v + r^2)] / f.
class LearntScore : public Score {
 public:
  explicit LearntScore(const Model& model) : reference_(model.reference), mlp_(model.network, model.frequencies, model.weights) {}

 private:
  void compute(const NoiseLevel& level, std::span<const double> x, std::span<double> out) const override {
    const double deviation = total_deviation(level, reference_);
    const double centre = level.kept * reference_.mean;
    const double inverse = 1.0 / deviation;
    std::vector<float> whitened(x.size()), network(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) whitened[i] = static_cast<float>((x[i] - centre) * inverse);
    mlp_.evaluate(level_coordinate(level, reference_), whitened, network);
    const double network_factor = std::sqrt(reference_.variance) / (noise_ratio(level) * deviation);
    const double reference_factor = inverse * inverse;
    for (std::size_t i = 0; i < x.size(); ++i) {
      out[i] = network_factor * static_cast<double>(network[i]) - reference_factor * (x[i] - centre);
    }
  }

  Reference reference_;
  FusedMlp mlp_;
};

}  // namespace

std::unique_ptr<Score> make_learnt_score(const Model& model) { return std::make_unique<LearntScore>(model); }

}  // namespace scorefield
