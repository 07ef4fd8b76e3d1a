#include <algorithm>
#include <cmath>
#include <optional>

#include "denoiser/field_flow.h"
#include "denoiser/field_model.h"
#include "denoiser/field_recorder.h"
#include "denoiser/mode_transform.h"
#include "observables/complex_field_recorder.h"
#include "stages/batch_output.h"
#include "stages/field_score.h"
#include "stages/level_work.h"
#include "stages/lineage.h"
#include "stages/prepare.h"
#include "stages/sampling.h"

namespace scorefield {
namespace {

/// What is recorded of the deck's fields at these levels.
std::unique_ptr<Recording> make_recorder(const Params& params, std::vector<NoiseLevel> levels, const FieldReference& reference) {
  if (!reference.basis) return std::make_unique<FieldRecorder>(std::move(levels), reference, params.measure);
  return std::make_unique<ComplexFieldRecorder>(std::move(levels), reference.basis->components(), reference.shape.sites());
}

/// Writes group/snapshots (records, configurations, n_y, n_x), of several components (records, configurations, components, n_y, n_x), of
/// the first configurations; `run(x, record)` moves them, and calls record(level of the record, fields). Collective; all ranks do the same.
template <class Run>
void write_snapshots(const Comm& comm, H5File& file, const std::string& group, const FieldReference& reference, std::size_t records,
                     std::vector<double> x, const Run& run) {
  const std::size_t count = x.size() / reference.numbers();
  std::vector<double> all(records * x.size());
  require_all(comm, [&] {
    run(std::span(x), [&](std::size_t record, std::span<const double> fields) {
      std::copy(fields.begin(), fields.end(), all.begin() + static_cast<std::ptrdiff_t>(record * fields.size()));
    });
  });
  Shape shape = {records, count, reference.shape.y, reference.shape.x};
  if (reference.basis) shape.insert(shape.begin() + 2, reference.basis->components());
  file.write_all(group + "/snapshots", shape, all);
}

}  // namespace

FieldShape shape_of_lattice(const Params& params) {
  return {static_cast<std::size_t>(params.lattice.size[0]), static_cast<std::size_t>(params.lattice.size[1])};
}

FieldLevels field_levels(const FieldReference& reference, const Params& params) {
  return {{0.0, reference.widest()}, params.forward.noise_min * std::sqrt(reference.least_site_variance() / reference.widest())};
}

std::vector<double> ratios_of_levels(const Context& context, const Process& process, const FieldReference& reference) {
  const Params& params = context.deck.params;
  const FieldLevels of_field = field_levels(reference, params);
  const double top = level_coordinate(Schedule(process.c, params.forward.sigma).at(1.0), of_field.scale);
  std::vector<double> coordinates, ratios;
  require_all(context.comm, [&] { coordinates = even_coordinates(top, of_field.noise_min, params.train.levels); });
  std::reverse(coordinates.begin(), coordinates.end());
  for (const double l : coordinates) ratios.push_back(ratio_of_coordinate(l, of_field.scale));
  return ratios;
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
  const auto levels = forward_levels(Schedule(process.c, params.forward.sigma), params.forward.times);
  const auto recorder = make_recorder(params, levels, model.reference);
  const std::size_t numbers = model.reference.numbers();
  const std::uint64_t seed = seed_for(params, forward_name(process));
  BatchWork work;
  work.load = [&](const Range& rows, std::span<double> x) {
    ensemble.read_rows("/field", static_cast<std::uint64_t>(rows.begin), static_cast<std::uint64_t>(rows.size()), x);
  };
  work.unit = [&](const Range& rows, std::span<double> x, const BatchWork::Record& record) {
    run_forward(levels, seed, static_cast<std::uint64_t>(rows.begin) * numbers, x, record);
  };
  BatchContents contents;
  contents.recording = recorder.get();
  contents.group = "/forward";
  contents.model = identity_of(model);
  contents.describe = [&](H5File& file) {
    file.set_attribute("/forward", "process", process.name);
    const auto count = static_cast<std::uint64_t>(std::min(kSnapshots, params.generate.samples));
    std::vector<double> x(count * numbers);
    ensemble.read_rows("/field", 0, count, x);
    write_snapshots(context.comm, file, "/forward", model.reference, levels.size(), x,
                    [&](std::span<double> fields, const auto& record) { run_forward(levels, seed, 0, fields, record); });
  };
  make_batch_output(context, found, contents, work, "forward process " + process.name);
}

void sample_field(const Context& context, const Process& process, std::size_t score_index) {
  const Params& params = context.deck.params;
  const std::string& kind = params.sample.score[score_index];
  const Surveyed found = survey(context, samples_output(params, process, score_index));
  if (already_complete(context, found)) return;
  const FieldModel model = read_model_of(context, process);
  const FieldLevels levels = field_levels(model.reference, params);
  const SamplerSettings settings{sampler_of(params.sample, score_index), steps_of(params.sample, score_index), levels.noise_min,
                                 params.sample.corrector_snr};
  std::optional<BackwardProcess> backward;
  require_all(context.comm, [&] { backward.emplace(Schedule(process.c, params.forward.sigma), levels.scale, settings); });
  std::unique_ptr<Correction> correction = std::make_unique<NoCorrection>();
  const std::string device = device_of_networks(context);
  if (kind == "learnt") require_all(context.comm, [&] { correction = make_correction(model, device); });
  const std::uint64_t seed = seed_for(params, samples_name(process, kind));
  const RecordedLevels recorded(backward->levels(), params.sample.records);
  const auto recorder = make_recorder(params, recorded.levels, model.reference);
  const auto run = [&](std::uint64_t first, std::span<double> x, const auto& record) {
    FieldFlow flow(model.reference, *correction, levels.scale);
    ModeTransform transform(model.reference);
    std::vector<double> fields;
    backward->run(flow, seed, first, x, [&](std::size_t level, std::span<const double> at) {
      const auto place = recorded.place(level);
      if (!place) return;
      fields.resize(at.size());
      transform.to_sites(at, fields);
      record(*place, fields);
    });
    transform.to_sites(x, x);
  };
  BatchWork work;
  work.unit = [&](const Range& rows, std::span<double> x, const BatchWork::Record& record) {
    run(static_cast<std::uint64_t>(rows.begin), x, record);
  };
  BatchContents contents;
  contents.field = true;
  contents.recording = recorder.get();
  contents.group = "/backward";
  contents.describe = [&](H5File& file) {
    for (const char* object : {"/field", "/backward"}) describe_samples(file, object, process, kind, settings);
    const auto count = static_cast<std::size_t>(std::min(kSnapshots, samples_of(params.sample, score_index)));
    write_snapshots(context.comm, file, "/backward", model.reference, recorded.levels.size(),
                    std::vector<double>(count * model.reference.numbers()),
                    [&](std::span<double> fields, const auto& record) { run(0, fields, record); });
  };
  contents.model = identity_of(model);
  make_batch_output(context, found, contents, work, sampling_title(process, kind, settings, *backward));
}

}  // namespace scorefield
