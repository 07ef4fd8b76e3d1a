#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "base/hash.h"
#include "base/rng.h"
#include "diffusion/model_file.h"
#include "diffusion/samplers.h"
#include "stages/batch_output.h"
#include "stages/field_score.h"
#include "stages/lineage.h"
#include "stages/prepare.h"
#include "stages/stages.h"

namespace scorefield {
namespace {

/// A seed of its own for each process and score, so that their results are statistically independent.
std::uint64_t seed_for(const Params& params, const std::string& name) {
  return static_cast<std::uint64_t>(params.run.seed) ^ hash_text(name);
}

Reference exact_reference(const ExactLaw& law) { return {law.cumulants()[0], law.cumulants()[1]}; }

std::vector<NoiseLevel> forward_levels(const Schedule& schedule, std::int64_t times) {
  std::vector<NoiseLevel> levels;
  for (std::int64_t k = 0; k < times; ++k) {
    levels.push_back(schedule.at(static_cast<double>(k) / static_cast<double>(times - 1)));
  }
  return levels;
}

/// Carries x from each level to the next by the exact transition, recording at all.
void run_forward(const std::vector<NoiseLevel>& levels, std::uint64_t seed, const Range& rows, std::span<double> x,
                 const BatchWork::Record& record) {
  std::vector<double> noise(x.size());
  record(0, x);
  for (std::size_t k = 1; k < levels.size(); ++k) {
    const Transition t = transition(levels[k - 1], levels[k]);
    const double amplitude = std::sqrt(t.noise_variance);
    fill_normals({seed, Stream::forward_noise, k}, static_cast<std::uint64_t>(rows.begin), noise);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = t.kept * x[i] + amplitude * noise[i];
    record(k, x);
  }
}

void sample_forward(const Context& context, const ExactLaw& law, const Process& process) {
  const Params& params = context.deck.params;
  const Surveyed found = survey(context, forward_output(params, process));
  if (already_complete(context, found)) return;
  const H5File ensemble = open_input(context, survey(context, ensemble_output(params)));
  const Schedule schedule(process.c, params.forward.sigma);
  const Recorder recorder(forward_levels(schedule, params.forward.times), exact_reference(law), params.measure);
  const std::uint64_t seed = seed_for(params, forward_name(process));
  BatchWork work;
  work.load = [&](const Range& rows, std::span<double> x) {
    ensemble.read_rows("/field", static_cast<std::uint64_t>(rows.begin), static_cast<std::uint64_t>(rows.size()), x);
  };
  work.unit = [&](const Range& rows, std::span<double> x, const BatchWork::Record& record) {
    run_forward(recorder.levels(), seed, rows, x, record);
  };
  const BatchContents contents{false, &recorder, "/forward",
                               [&](H5File& file) { file.set_attribute("/forward", "process", process.name); }};
  make_batch_output(context, found, contents, work, "forward process " + process.name);
}

/// Indices of the levels that are recorded: both ends, and evenly between.
std::vector<std::size_t> recorded_levels(std::size_t levels, std::int64_t records) {
  const std::size_t count = std::min(levels, static_cast<std::size_t>(records));
  std::vector<std::size_t> chosen;
  for (std::size_t k = 0; k < count; ++k) chosen.push_back((k * (levels - 1) + (count - 1) / 2) / (count - 1));
  return chosen;
}

struct ScoreWithReference {
  std::unique_ptr<Score> score;
  Reference reference;
  std::int64_t model = 0;  ///< its identity
};

ScoreWithReference make_score(const Context& context, const ExactLaw& law, const Process& process, const std::string& kind) {
  if (kind == "exact") return {std::make_unique<ExactScore>(law), exact_reference(law)};
  const Params& params = context.deck.params;
  const H5File file = open_input(context, survey(context, model_output(params, process)));
  const Model model = read_model(file, params.network);
  return {make_learnt_score(model), model.reference, identity_of(model)};
}

}  // namespace

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

namespace {

/// The integrator that the deck asks for; its complaints about the deck are agreed on. Collective.
BackwardProcess make_backward(const Context& context, const Process& process, const Reference& reference, const SamplerSettings& settings) {
  std::optional<BackwardProcess> backward;
  require_all(context.comm, [&] { backward.emplace(Schedule(process.c, context.deck.params.forward.sigma), reference, settings); });
  return *backward;
}

void sample_backward(const Context& context, const ExactLaw& law, const Process& process, std::size_t score_index) {
  const Params& params = context.deck.params;
  const std::string& kind = params.sample.score[score_index];
  const Surveyed found = survey(context, samples_output(params, process, score_index));
  if (already_complete(context, found)) return;
  const ScoreWithReference given = make_score(context, law, process, kind);
  const SamplerSettings settings{sampler_of(params.sample, score_index), steps_of(params.sample, score_index), params.forward.noise_min,
                                 params.sample.corrector_snr};
  const BackwardProcess backward = make_backward(context, process, given.reference, settings);
  const auto chosen = recorded_levels(backward.levels().size(), params.sample.records);
  std::vector<NoiseLevel> levels;
  std::vector<std::size_t> record_of(backward.levels().size(), chosen.size());
  for (std::size_t k = 0; k < chosen.size(); ++k) {
    levels.push_back(backward.levels()[chosen[k]]);
    record_of[chosen[k]] = k;
  }
  const Recorder recorder(levels, given.reference, params.measure);
  const std::uint64_t seed = seed_for(params, samples_name(process, kind));
  BatchWork work;
  work.unit = [&](const Range& rows, std::span<double> x, const BatchWork::Record& record) {
    PointFlow flow(*given.score, given.reference);
    backward.run(flow, seed, static_cast<std::uint64_t>(rows.begin), x, [&](std::size_t level, std::span<const double> at) {
      if (record_of[level] < chosen.size()) record(record_of[level], at);
    });
  };
  const BatchContents contents{true, &recorder, "/backward",
                               [&](H5File& file) {
                                 describe_samples(file, "/field", process, kind, settings);
                                 describe_samples(file, "/backward", process, kind, settings);
                               },
                               given.model};
  make_batch_output(context, found, contents, work, sampling_title(process, kind, settings, backward));
}

}  // namespace

void sample(const Context& context) {
  const Params& params = context.deck.params;
  if (!diffuses(params)) return;
  if (is_lattice(params.model)) {
    for (const Process& process : params.forward.process) {
      for (std::size_t i = 0; i < params.sample.score.size(); ++i) sample_field(context, process, i);
    }
    return;
  }
  const auto law = make_exact_law(params.model);
  for (const Process& process : params.forward.process) {
    sample_forward(context, *law, process);
    for (std::size_t i = 0; i < params.sample.score.size(); ++i) sample_backward(context, *law, process, i);
  }
}

}  // namespace scorefield
