#include <algorithm>
#include <cmath>
#include <optional>

#include "base/hash.h"
#include "denoiser/field_flow.h"
#include "denoiser/field_model.h"
#include "denoiser/field_recorder.h"
#include "stages/batch_output.h"
#include "stages/field_score.h"
#include "stages/level_work.h"
#include "stages/lineage.h"
#include "stages/prepare.h"
#include "stages/sampling.h"

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

/// Writes group/snapshots (records, configurations, n_y, n_x) of the first configurations; `run(x, record)` moves them,
/// [configuration][site], and calls record(level of the record, fields). Collective; all ranks do the same.
template <class Run>
void write_snapshots(const Comm& comm, H5File& file, const std::string& group, FieldShape shape, std::size_t records, std::vector<double> x,
                     const Run& run) {
  const std::size_t count = x.size() / shape.sites();
  std::vector<double> all(records * x.size());
  require_all(comm, [&] {
    run(std::span(x), [&](std::size_t record, std::span<const double> fields) {
      std::copy(fields.begin(), fields.end(), all.begin() + static_cast<std::ptrdiff_t>(record * fields.size()));
    });
  });
  file.write_all(group + "/snapshots", {records, count, shape.y, shape.x}, all);
}

}  // namespace

FieldShape shape_of_lattice(const Params& params) {
  return {static_cast<std::size_t>(params.lattice.size[0]), static_cast<std::size_t>(params.lattice.size[1])};
}

FieldLevels field_levels(const FieldReference& reference, const Params& params) {
  return {{0.0, reference.widest()}, params.forward.noise_min * std::sqrt(reference.site_variance() / reference.widest())};
}

FieldModel read_model_of(const Context& context, const Process& process) {
  const Params& params = context.deck.params;
  return read_field_model(open_input(context, survey(context, model_output(params, process))), shape_of_lattice(params), params.network);
}

void sample_forward_field(const Context& context, const Process& process) {
  const Params& params = context.deck.params;
  const Surveyed found = survey(context, forward_output(params, process));
  if (already_complete(context, found)) return;
  const FieldModel model = read_model_of(context, process);
  const H5File ensemble = open_input(context, survey(context, ensemble_output(params)));
  const FieldRecorder recorder(forward_levels(Schedule(process.c, params.forward.sigma), params.forward.times), model.reference,
                               params.measure);
  const auto levels = recorder.levels();
  const std::size_t sites = model.reference.shape.sites();
  const std::uint64_t seed = static_cast<std::uint64_t>(params.run.seed) ^ hash_text(forward_name(process));
  BatchWork work;
  work.load = [&](const Range& rows, std::span<double> x) {
    ensemble.read_rows("/field", static_cast<std::uint64_t>(rows.begin), static_cast<std::uint64_t>(rows.size()), x);
  };
  work.unit = [&](const Range& rows, std::span<double> x, const BatchWork::Record& record) {
    run_forward(levels, seed, static_cast<std::uint64_t>(rows.begin) * sites, x, record);
  };
  BatchContents contents;
  contents.recording = &recorder;
  contents.group = "/forward";
  contents.model = identity_of(model);
  contents.describe = [&](H5File& file) {
    file.set_attribute("/forward", "process", process.name);
    const auto count = static_cast<std::uint64_t>(std::min(kSnapshots, params.generate.samples));
    std::vector<double> x(count * sites);
    ensemble.read_rows("/field", 0, count, x);
    write_snapshots(context.comm, file, "/forward", model.reference.shape, levels.size(), x,
                    [&](std::span<double> fields, const auto& record) { run_forward(levels, seed, 0, fields, record); });
  };
  make_batch_output(context, found, contents, work, "forward process " + process.name);
}

void sample_field(const Context& context, const Process& process, std::size_t score_index) {
  const Params& params = context.deck.params;
  const std::string& kind = params.sample.score[score_index];
  const Surveyed found = survey(context, samples_output(params, process, score_index));
  if (already_complete(context, found)) return;
  const FieldShape shape = shape_of_lattice(params);
  const FieldModel model = read_model_of(context, process);
  const FieldLevels levels = field_levels(model.reference, params);
  const SamplerSettings settings{sampler_of(params.sample, score_index), steps_of(params.sample, score_index), levels.noise_min,
                                 params.sample.corrector_snr};
  std::optional<BackwardProcess> backward;
  require_all(context.comm, [&] { backward.emplace(Schedule(process.c, params.forward.sigma), levels.scale, settings); });
  std::unique_ptr<Correction> correction = std::make_unique<NoCorrection>();
  const std::string device = device_of_networks(context);
  if (kind == "learnt") require_all(context.comm, [&] { correction = make_correction(model, device); });
  const std::uint64_t seed = static_cast<std::uint64_t>(params.run.seed) ^ hash_text(samples_name(process, kind));
  const RecordedLevels recorded(backward->levels(), params.sample.records);
  const FieldRecorder recorder(recorded.levels, model.reference, params.measure);
  const auto run = [&](std::uint64_t first, std::span<double> x, const auto& record) {
    FieldFlow flow(model.reference, *correction, levels.scale);
    std::vector<double> fields;
    backward->run(flow, seed, first, x, [&](std::size_t level, std::span<const double> at) {
      const auto place = recorded.place(level);
      if (!place) return;
      fields.assign(at.begin(), at.end());
      to_sites(shape, fields);
      record(*place, fields);
    });
    to_sites(shape, x);
  };
  BatchWork work;
  work.unit = [&](const Range& rows, std::span<double> x, const BatchWork::Record& record) {
    run(static_cast<std::uint64_t>(rows.begin), x, record);
  };
  BatchContents contents;
  contents.field = true;
  contents.recording = &recorder;
  contents.group = "/backward";
  contents.describe = [&](H5File& file) {
    for (const char* object : {"/field", "/backward"}) describe_samples(file, object, process, kind, settings);
    const auto count = static_cast<std::size_t>(std::min(kSnapshots, samples_of(params.sample, score_index)));
    write_snapshots(context.comm, file, "/backward", shape, recorded.levels.size(), std::vector<double>(count * shape.sites()),
                    [&](std::span<double> fields, const auto& record) { run(0, fields, record); });
  };
  contents.model = identity_of(model);
  make_batch_output(context, found, contents, work, sampling_title(process, kind, settings, *backward));
}

}  // namespace scorefield
