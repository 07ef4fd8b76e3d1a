#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "base/rng.h"
#include "base/text.h"
#include "diffusion/density_flow.h"
#include "diffusion/model_file.h"
#include "diffusion/network_layout.h"
#include "diffusion/recorder.h"
#include "diffusion/samplers.h"
#include "observables/plane_recorder.h"
#include "physics/complex_gaussian.h"
#include "stages/batch_output.h"
#include "stages/field_score.h"
#include "stages/lineage.h"
#include "stages/prepare.h"
#include "stages/sampling.h"
#include "stages/stages.h"

namespace scorefield {
namespace {

/// Mean and covariance of a model whose score is known.
PointReference exact_reference(const Params& params) {
  if (has_law(params.model)) {
    const Orders kappa = make_exact_law(params.model)->cumulants();
    return {kappa[0], kappa[1]};
  }
  const PlaneCovariance c = stationary_covariance({params.model.a, params.model.b}, params.generate.noise_y);
  return {{0.0, 0.0}, c.xx, c.xy, c.yy};
}

/// What is recorded of configurations at these levels; `reference` sets the cells and sources of numbers.
std::unique_ptr<Recording> make_recorder(const Params& params, std::vector<NoiseLevel> levels, const Reference& reference) {
  if (is_walker(params.model)) return std::make_unique<PlaneRecorder>(std::move(levels));
  return std::make_unique<Recorder>(std::move(levels), reference, params.measure);
}

void sample_forward(const Context& context, const Process& process) {
  const Params& params = context.deck.params;
  const Surveyed found = survey(context, forward_output(params, process));
  if (already_complete(context, found)) return;
  const H5File ensemble = open_input(context, survey(context, ensemble_output(params)));
  const std::vector<NoiseLevel> levels = forward_levels(Schedule(process.c, params.forward.sigma), params.forward.times);
  const auto recorder = make_recorder(params, levels, has_law(params.model) ? exact_reference(params).scale() : Reference{});
  const std::uint64_t seed = seed_for(params, forward_name(process)), numbers = static_cast<std::uint64_t>(components_of(params.model));
  BatchWork work;
  work.load = [&](const Range& rows, std::span<double> x) {
    ensemble.read_rows("/field", static_cast<std::uint64_t>(rows.begin), static_cast<std::uint64_t>(rows.size()), x);
  };
  work.unit = [&](const Range& rows, std::span<double> x, const BatchWork::Record& record) {
    run_forward(levels, seed, static_cast<std::uint64_t>(rows.begin) * numbers, x, record);
  };
  const BatchContents contents{false, recorder.get(), "/forward",
                               [&](H5File& file) { file.set_attribute("/forward", "process", process.name); }};
  make_batch_output(context, found, contents, work, "forward process " + process.name);
}

struct ScoreWithReference {
  std::shared_ptr<const ExactLaw> law;  ///< of an exact score, which refers to it
  std::unique_ptr<Score> score;
  std::unique_ptr<LearntDensity> density;  ///< of an energy
  PointReference reference;
  std::int64_t model = 0;  ///< its identity
};

ScoreWithReference make_score(const Context& context, const Process& process, const std::string& kind) {
  const Params& params = context.deck.params;
  if (kind == "exact") {
    const PointReference reference = exact_reference(params);
    if (!has_law(params.model)) return {nullptr, std::make_unique<GaussianScore>(reference), nullptr, reference};
    const std::shared_ptr<const ExactLaw> law = make_exact_law(params.model);
    return {law, std::make_unique<ExactScore>(*law), nullptr, reference};
  }
  const H5File file = open_input(context, survey(context, model_output(params, process)));
  const Model model = read_model(file, params.network, static_cast<std::size_t>(components_of(params.model)));
  auto density = is_energy(params.network) ? std::make_unique<LearntDensity>(model) : nullptr;
  return {nullptr, make_learnt_score(model), std::move(density), model.reference, identity_of(model)};
}

/// The integrator that the deck asks for; its complaints about the deck are agreed on. Collective.
BackwardProcess make_backward(const Context& context, const Process& process, const Reference& reference, const SamplerSettings& settings) {
  std::optional<BackwardProcess> backward;
  require_all(context.comm, [&] { backward.emplace(Schedule(process.c, context.deck.params.forward.sigma), reference, settings); });
  return *backward;
}

/// Of what this run has made. Collective.
void tell_acceptance(const Context& context, const Acceptance& acceptance) {
  const double tried = context.comm.sum(static_cast<double>(acceptance.tried)),
               accepted = context.comm.sum(static_cast<double>(acceptance.accepted));
  if (tried > 0.0) context.log.line(formatted("  %.1f %% of the corrections were accepted", 100.0 * accepted / tried));
}

void sample_backward(const Context& context, const Process& process, std::size_t score_index) {
  const Params& params = context.deck.params;
  const std::string& kind = params.sample.score[score_index];
  const Surveyed found = survey(context, samples_output(params, process, score_index));
  if (already_complete(context, found)) return;
  const ScoreWithReference given = make_score(context, process, kind);
  const SamplerSettings settings{sampler_of(params.sample, score_index), steps_of(params.sample, score_index), params.forward.noise_min,
                                 params.sample.corrector_snr, given.density ? params.sample.corrections : 0};
  const BackwardProcess backward = make_backward(context, process, given.reference.scale(), settings);
  const RecordedLevels recorded(backward.levels(), params.sample.records);
  const auto recorder = make_recorder(params, recorded.levels, given.reference.scale());
  const std::uint64_t seed = seed_for(params, samples_name(process, kind));
  Acceptance acceptance;
  BatchWork work;
  work.unit = [&](const Range& rows, std::span<double> x, const BatchWork::Record& record) {
    const std::unique_ptr<Flow> flow = given.density ? std::make_unique<DensityFlow>(*given.density, acceptance)
                                                     : std::make_unique<PointFlow>(*given.score, given.reference);
    backward.run(*flow, seed, static_cast<std::uint64_t>(rows.begin), x, [&](std::size_t level, std::span<const double> at) {
      if (const auto place = recorded.place(level)) record(*place, at);
    });
  };
  const BatchContents contents{true, recorder.get(), "/backward",
                               [&](H5File& file) {
                                 describe_samples(file, "/field", process, kind, settings);
                                 describe_samples(file, "/backward", process, kind, settings);
                               },
                               given.model};
  make_batch_output(context, found, contents, work, sampling_title(process, kind, settings, backward));
  tell_acceptance(context, acceptance);
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
  for (const Process& process : params.forward.process) {
    sample_forward(context, process);
    for (std::size_t i = 0; i < params.sample.score.size(); ++i) sample_backward(context, process, i);
  }
}

}  // namespace scorefield
