#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "base/hash.h"
#include "base/rng.h"
#include "diffusion/model_file.h"
#include "diffusion/recorder.h"
#include "diffusion/samplers.h"
#include "stages/batch_output.h"
#include "stages/field_score.h"
#include "stages/lineage.h"
#include "stages/prepare.h"
#include "stages/sampling.h"
#include "stages/stages.h"

namespace scorefield {
namespace {

/// A seed of its own for each process and score, so that their results are statistically independent.
std::uint64_t seed_for(const Params& params, const std::string& name) {
  return static_cast<std::uint64_t>(params.run.seed) ^ hash_text(name);
}

Reference exact_reference(const ExactLaw& law) { return {law.cumulants()[0], law.cumulants()[1]}; }

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
    run_forward(recorder.levels(), seed, static_cast<std::uint64_t>(rows.begin), x, record);
  };
  const BatchContents contents{false, &recorder, "/forward",
                               [&](H5File& file) { file.set_attribute("/forward", "process", process.name); }};
  make_batch_output(context, found, contents, work, "forward process " + process.name);
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
  const RecordedLevels recorded(backward.levels(), params.sample.records);
  const Recorder recorder(recorded.levels, given.reference, params.measure);
  const std::uint64_t seed = seed_for(params, samples_name(process, kind));
  BatchWork work;
  work.unit = [&](const Range& rows, std::span<double> x, const BatchWork::Record& record) {
    PointFlow flow(*given.score, given.reference);
    backward.run(flow, seed, static_cast<std::uint64_t>(rows.begin), x, [&](std::size_t level, std::span<const double> at) {
      if (const auto place = recorded.place(level)) record(*place, at);
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
      sample_forward_field(context, process);
      for (std::size_t i = 0; i < params.sample.score.size(); ++i) {
        sample_field(context, process, i);
        if (params.sample.finish > 0) finish_field(context, process, i);
      }
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
