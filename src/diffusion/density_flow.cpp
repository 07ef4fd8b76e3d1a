#include "diffusion/density_flow.h"

#include <cmath>

#include "base/rng.h"

namespace scorefield {

DensityFlow::DensityFlow(const LearntDensity& density, Acceptance& acceptance)
    : PointFlow(density.score(), density.reference()), density_(density), acceptance_(acceptance) {}

void DensityFlow::relax(const NoiseLevel& level, const Relaxation& random, std::span<double> whitened) {
  const std::size_t n = numbers(), count = whitened.size() / n;
  std::vector<double> step, noise(whitened.size()), trial(whitened.size()), uniform(count);
  const double ratio = noise_ratio(level);
  for (const double variance : density_.reference().variances) step.push_back(ratio / std::sqrt(variance + ratio * ratio));
  std::vector<double> log_here(count), log_there(count), slope_here(whitened.size()), slope_there(whitened.size());
  density_.evaluate(level, whitened, log_here, slope_here);
  std::int64_t accepted = 0;
  for (std::int64_t k = 0; k < random.count; ++k) {
    const std::uint64_t number = random.step * static_cast<std::uint64_t>(random.count) + static_cast<std::uint64_t>(k);
    fill_normals({random.seed, Stream::corrector_noise, number}, random.first * n, noise);
    fill_uniforms({random.seed, Stream::corrector_choice, number}, random.first, uniform);
    for (std::size_t i = 0; i < whitened.size(); ++i) {
      const double e = step[i % n];
      trial[i] = whitened[i] + 0.5 * e * e * slope_here[i] + e * noise[i];
    }
    density_.evaluate(level, trial, log_there, slope_there);
    for (std::size_t j = 0; j < count; ++j) {
      double log_ratio = log_there[j] - log_here[j];  // of P_theta, and of the proposal back over that there
      for (std::size_t i = n * j; i < n * (j + 1); ++i) {
        const double e = step[i % n], back = (whitened[i] - trial[i]) / e - 0.5 * e * slope_there[i];
        log_ratio += 0.5 * (noise[i] * noise[i] - back * back);
      }
      if (!(std::log(uniform[j]) < log_ratio)) continue;
      ++accepted;
      log_here[j] = log_there[j];
      for (std::size_t i = n * j; i < n * (j + 1); ++i) {
        whitened[i] = trial[i];
        slope_here[i] = slope_there[i];
      }
    }
  }
  acceptance_.tried += random.count * static_cast<std::int64_t>(count);
  acceptance_.accepted += accepted;
}

}  // namespace scorefield
