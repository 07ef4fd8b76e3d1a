#include <cmath>
#include <optional>

#include "base/hash.h"
#include "denoiser/field_flow.h"
#include "denoiser/field_model.h"
#include "diffusion/samplers.h"
#include "stages/batch_output.h"
#include "stages/field_score.h"
#include "stages/lineage.h"
#include "stages/prepare.h"

namespace scorefield {
namespace {

/// Configurations in Hartley coefficients to fields, in place.
void to_sites(FieldShape shape, std::span<double> x) {
  Hartley hartley = Hartley::orthogonal(shape);
  for (std::size_t first = 0; first < x.size(); first += shape.sites()) {
    const auto field = x.subspan(first, shape.sites());
    hartley.transform(field, field);
  }
}

}  // namespace

FieldShape shape_of_lattice(const Params& params) {
  return {static_cast<std::size_t>(params.lattice.size[0]), static_cast<std::size_t>(params.lattice.size[1])};
}

FieldLevels field_levels(const FieldReference& reference, const Params& params) {
  return {{0.0, reference.widest()}, params.forward.noise_min * std::sqrt(reference.site_variance() / reference.widest())};
}

void sample_field(const Context& context, const Process& process, std::size_t score_index) {
  const Params& params = context.deck.params;
  const std::string& kind = params.sample.score[score_index];
  const Surveyed found = survey(context, samples_output(params, process, score_index));
  if (already_complete(context, found)) return;
  const FieldShape shape = shape_of_lattice(params);
  const FieldModel model = read_field_model(open_input(context, survey(context, model_output(params, process))), shape);
  const FieldLevels levels = field_levels(model.reference, params);
  const SamplerSettings settings{sampler_of(params.sample, score_index), steps_of(params.sample, score_index), levels.noise_min,
                                 params.sample.corrector_snr};
  std::optional<BackwardProcess> backward;
  require_all(context.comm, [&] { backward.emplace(Schedule(process.c, params.forward.sigma), levels.scale, settings); });
  std::unique_ptr<Correction> correction = std::make_unique<NoCorrection>();
  if (kind == "learnt") correction = std::make_unique<FeatureCorrection>(model.reference, model.fit);
  const std::uint64_t seed = static_cast<std::uint64_t>(params.run.seed) ^ hash_text(samples_name(process, kind));
  BatchWork work;
  work.unit = [&](const Range& rows, std::span<double> x, const BatchWork::Record&) {
    FieldFlow flow(model.reference, *correction, levels.scale);
    backward->run(flow, seed, static_cast<std::uint64_t>(rows.begin), x, [](std::size_t, std::span<const double>) {});
    to_sites(shape, x);
  };
  BatchContents contents;
  contents.field = true;
  contents.describe = [&](H5File& file) { describe_samples(file, "/field", process, kind, settings); };
  contents.model = identity_of(model);
  make_batch_output(context, found, contents, work, sampling_title(process, kind, settings, *backward));
}

}  // namespace scorefield
