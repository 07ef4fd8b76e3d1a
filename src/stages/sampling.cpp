#include "stages/sampling.h"

#include <algorithm>
#include <cmath>

#include "base/rng.h"

namespace scorefield {

std::vector<NoiseLevel> forward_levels(const Schedule& schedule, std::int64_t times) {
  std::vector<NoiseLevel> levels;
  for (std::int64_t k = 0; k < times; ++k) {
    levels.push_back(schedule.at(static_cast<double>(k) / static_cast<double>(times - 1)));
  }
  return levels;
}

void run_forward(const std::vector<NoiseLevel>& levels, std::uint64_t seed, std::uint64_t first, std::span<double> x,
                 const BatchWork::Record& record) {
  std::vector<double> noise(x.size());
  record(0, x);
  for (std::size_t k = 1; k < levels.size(); ++k) {
    const Transition t = transition(levels[k - 1], levels[k]);
    const double amplitude = std::sqrt(t.noise_variance);
    fill_normals({seed, Stream::forward_noise, k}, first, noise);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = t.kept * x[i] + amplitude * noise[i];
    record(k, x);
  }
}

RecordedLevels::RecordedLevels(const std::vector<NoiseLevel>& all, std::int64_t records) {
  const std::size_t count = std::min(all.size(), static_cast<std::size_t>(records));
  for (std::size_t k = 0; k < count; ++k) {
    chosen.push_back((k * (all.size() - 1) + (count - 1) / 2) / (count - 1));
    levels.push_back(all[chosen.back()]);
  }
}

std::optional<std::size_t> RecordedLevels::place(std::size_t level) const {
  const auto found = std::find(chosen.begin(), chosen.end(), level);
  if (found == chosen.end()) return std::nullopt;
  return static_cast<std::size_t>(found - chosen.begin());
}

void describe_samples(H5File& file, const std::string& object, const Process& process, const std::string& score,
                      const SamplerSettings& settings) {
  file.set_attribute(object, "process", process.name);
  file.set_attribute(object, "score", score);
  file.set_attribute(object, "sampler", settings.name);
  file.set_attribute(object, "steps", settings.steps);
}

std::string sampling_title(const Process& process, const std::string& score, const SamplerSettings& settings,
                           const BackwardProcess& backward) {
  return "sample " + process.name + " " + score + " (" + settings.name + ", " + std::to_string(backward.evaluations()) + " evaluations)";
}

double backward_evaluations(const Params& params, const Process& process, std::size_t score) {
  const SamplerSettings settings{sampler_of(params.sample, score), steps_of(params.sample, score), params.forward.noise_min,
                                 params.sample.corrector_snr, params.sample.score[score] == "learnt" ? params.sample.corrections : 0};
  if (has_law(params.model)) {  // its variance is known: the noise at T must lie above forward.noise-min
    const Orders kappa = make_exact_law(params.model)->cumulants();
    const BackwardProcess backward(Schedule(process.c, params.forward.sigma), {kappa[0], kappa[1]}, settings);
  }
  return static_cast<double>(samples_of(params.sample, score)) * static_cast<double>(evaluations_of(settings));
}

}  // namespace scorefield
