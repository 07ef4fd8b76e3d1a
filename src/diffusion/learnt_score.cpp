#include <cmath>

#include "diffusion/fused_mlp.h"
#include "diffusion/model_file.h"

namespace scorefield {
namespace {

/// The score from the network's preconditioned output: with r = sqrt(Xi)/f, along the axis i
/// s_i = [F_i sqrt(v_i)/(r sqrt(v_i + r^2)) - xh_i/sqrt(v_i + r^2)] / f.
class LearntScore : public Score {
 public:
  explicit LearntScore(const Model& model)
      : reference_(model.reference), mlp_(model.network, model.frequencies, model.weights, model.reference) {}

 private:
  void compute(const NoiseLevel& level, std::span<const double> x, std::span<double> out) const override {
    const std::size_t n = reference_.components();
    reference_.whiten(level, x, out);
    const std::vector<float> whitened(out.begin(), out.end());
    std::vector<float> network(x.size());
    mlp_.evaluate(level_coordinate(level, reference_.scale()), whitened, network);
    for (std::size_t c = 0; c < n; ++c) {
      const double inverse = 1.0 / reference_.deviation(level, c);
      const double network_factor = std::sqrt(reference_.variances[c]) / (noise_ratio(level) * reference_.deviation(level, c));
      for (std::size_t i = c; i < out.size(); i += n) out[i] = network_factor * static_cast<double>(network[i]) - inverse * out[i];
    }
    reference_.from_axes(out, out);
  }

  PointReference reference_;
  FusedMlp mlp_;
};

}  // namespace

std::unique_ptr<Score> make_learnt_score(const Model& model) { return std::make_unique<LearntScore>(model); }

}  // namespace scorefield
