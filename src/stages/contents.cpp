#include "stages/contents.h"

#include <algorithm>
#include <utility>

#include "base/finite.h"
#include "base/text.h"
#include "base/work_plan.h"
#include "denoiser/field_recorder.h"
#include "diffusion/network_layout.h"
#include "observables/finish_recording.h"
#include "observables/plane_powers.h"
#include "physics/exact_law.h"
#include "stages/field_score.h"

namespace scorefield {
namespace {

constexpr std::uint64_t kPiece = 1 << 20;  // numbers that a rank looks at together

struct Expected {
  std::string name;
  Shape shape;
};

/// The sums and histograms of a recorded process; the times are as many as the file says.
std::vector<Expected> recorded(const H5File& file, const Params& params, const std::string& group, std::int64_t length) {
  const std::string time = group + "/time";
  file.require(file.exists(time) && file.holds_numbers(time) && file.shape(time).size() == 1,
               "is damaged: " + time + " is no list of numbers");
  const std::uint64_t records = file.shape(time)[0], sources = params.measure.sources.size();
  const auto cells = static_cast<std::uint64_t>(params.measure.histogram_bins);
  const auto blocks = static_cast<std::uint64_t>((length + block_size(length) - 1) / block_size(length));
  if (is_complex(params.model)) {
    return {{time, {records}},
            {group + "/kept", {records}},
            {group + "/noise_variance", {records}},
            {group + "/block_sizes", {blocks}},
            {group + "/power_sums", {blocks, records, kPowerSums}}};
  }
  std::vector<Expected> all = {{time, {records}},
                               {group + "/kept", {records}},
                               {group + "/noise_variance", {records}},
                               {group + "/sources", {records, sources}},
                               {group + "/block_sizes", {blocks}},
                               {group + "/histogram_edges", {records, cells + 1}},
                               {group + "/power_sums", {blocks, records, kMaxOrder}},
                               {group + "/exponential_sums", {blocks, records, sources}},
                               {group + "/histogram_counts", {records, cells}}};
  if (!is_lattice(params.model)) return all;
  all.push_back({group + "/zero_mode_sums", {blocks, records, FieldRecorder::kZeroSums}});
  all.push_back({group + "/mode_sums", {blocks, records, static_cast<std::uint64_t>(params.lattice.size[1] / 2 + 1)}});
  return all;
}

std::vector<Expected> model_datasets(const Params& params, std::int64_t steps) {
  const auto weights = static_cast<std::uint64_t>(parameter_count(params.network, static_cast<std::size_t>(components_of(params.model))));
  const auto points = static_cast<std::uint64_t>(steps / kLossInterval);
  const auto components = static_cast<std::uint64_t>(components_of(params.model));
  return {{"/reference/mean", {components}},
          {"/reference/variances", {components}},
          {"/reference/axes", {components, components}},
          {"/network/frequencies", {static_cast<std::uint64_t>(params.network.embedding / 2)}},
          {"/network/weights", {weights}},
          {"/network/averaged_weights", {weights}},
          {"/adam/gradient_mean", {weights}},
          {"/adam/gradient_square", {weights}},
          {"/loss/step", {points}},
          {"/loss/value", {points}}};
}

Expected field_of(const Params& params, std::uint64_t rows) { return {"/field", shape_of_fields(params, rows)}; }

std::vector<Expected> field_model_datasets(const Params& params) {
  const auto levels = static_cast<std::uint64_t>(params.train.levels), components = static_cast<std::uint64_t>(components_of(params.model));
  const auto y = static_cast<std::uint64_t>(params.lattice.size[0]), x = static_cast<std::uint64_t>(params.lattice.size[1]);
  const Expected reference = is_complex(params.model)
                                 ? Expected{"/reference/covariance", {(is_directed(params.model) ? 2 : 1) * components * components, y, x}}
                                 : Expected{"/reference/spectrum", {y, x}};
  return {reference, {"/features/ratio", {levels}}, {"/features/bound", {levels}}};
}

std::vector<Expected> lattice_datasets(const Params& params, std::uint64_t rows) {
  const auto y = static_cast<std::uint64_t>(params.lattice.size[0]), x = static_cast<std::uint64_t>(params.lattice.size[1]);
  const auto chains = static_cast<std::uint64_t>(params.generate.chains);
  const auto components = static_cast<std::uint64_t>(components_of(params.model));
  std::vector<Expected> all = {field_of(params, rows), {"/chain", {rows}}, {"/trajectory", {rows}}};
  if (params.generate.algorithm == "import") return all;
  all.push_back({"/state/numbers", {2, 4}});
  all.push_back({"/state/field", {2, chains, components, y, x}});
  if (is_complex(params.model)) return all;
  all.push_back({"/history/action", {rows}});
  if (!rejects(params.generate)) return all;
  all.push_back({"/history/acceptance", {rows}});
  all.push_back({"/history/delta_h", {rows, static_cast<std::uint64_t>(params.generate.separation)}});
  return all;
}

std::vector<Expected> finished_samples(const Params& params, std::uint64_t rows) {
  const auto block = static_cast<std::uint64_t>(block_size(static_cast<std::int64_t>(rows)));
  const FinishRecording recording(params.sample.finish);
  return {field_of(params, rows),
          {"/finish/updates", {recording.records()}},
          {"/finish/sums", {(rows + block - 1) / block, recording.records(), recording.quantities()}}};
}

std::vector<Expected> datasets_of(const H5File& file, const Params& params, const Output& output, std::int64_t length) {
  if (output.stage == "train") return is_lattice(params.model) ? field_model_datasets(params) : model_datasets(params, length);
  const bool is_forward = output.file.rfind("forward-", 0) == 0;
  std::vector<Expected> all;
  const auto rows = static_cast<std::uint64_t>(length);
  if (is_lattice(params.model) && output.stage == "generate") return lattice_datasets(params, rows);
  if (output.file.rfind("finished-", 0) == 0) return finished_samples(params, rows);
  if (!is_forward) all.push_back(field_of(params, rows));
  if (output.stage == "generate") return all;
  for (Expected& each : recorded(file, params, is_forward ? "/forward" : "/backward", length)) all.push_back(std::move(each));
  return all;
}

std::string text_of(const Shape& shape) {
  const std::string extents = joined(shape, ", ", [](std::uint64_t extent) { return std::to_string(extent); });
  return "(" + extents + ")";
}

/// Looks at every number, each rank at its share of the rows.
void require_finite(const H5File& file, const Comm& comm, const Expected& expected) {
  std::uint64_t row = 1;
  for (std::size_t axis = 1; axis < expected.shape.size(); ++axis) row *= expected.shape[axis];
  const auto rows_a_piece = static_cast<std::int64_t>(std::max<std::uint64_t>(1, kPiece / std::max<std::uint64_t>(1, row)));
  const std::int64_t step = rows_a_piece * comm.size(), rows = static_cast<std::int64_t>(expected.shape[0]);
  std::vector<double> values;
  for (std::int64_t first = 0; first < rows; first += step) {
    const Range mine = share(std::min(step, rows - first), comm.size(), comm.rank());
    values.resize(static_cast<std::size_t>(mine.size()) * row);
    file.read_rows(expected.name, static_cast<std::uint64_t>(first + mine.begin), static_cast<std::uint64_t>(mine.size()), values);
    require_all(comm, [&] {
      const std::size_t bad = first_not_finite(values);
      if (bad == values.size()) return;
      throw NumericalError(file.path().string() + " is damaged: row " +
                           std::to_string(first + mine.begin + static_cast<std::int64_t>(bad / row)) + " of " + expected.name +
                           " holds what is infinite or not a number");
    });
  }
}

}  // namespace

Shape shape_of_fields(const Params& params, std::uint64_t configurations) {
  const bool lattice = is_lattice(params.model);
  const std::uint64_t y = lattice ? static_cast<std::uint64_t>(params.lattice.size[0]) : 1;
  const std::uint64_t x = lattice ? static_cast<std::uint64_t>(params.lattice.size[1]) : 1;
  return {configurations, static_cast<std::uint64_t>(components_of(params.model)), y, x};
}

void check_contents(const H5File& file, const Context& context, const Output& output, std::int64_t length) {
  file.require(length > 0, "is damaged: it does not say how many " + output.unit + " it holds");
  for (const Expected& each : datasets_of(file, context.deck.params, output, length)) {
    const bool good = file.exists(each.name) && file.holds_numbers(each.name) && file.shape(each.name) == each.shape;
    file.require(good, "is damaged: " + each.name + " is not an array of numbers of shape " + text_of(each.shape));
    if (!file.sealed()) require_finite(file, context.comm, each);
  }
  const Params& params = context.deck.params;
  if (output.stage == "train" && is_lattice(params.model) && !file.sealed()) {
    read_field_model(file, shape_of_lattice(params), params.network);
  }
  if (output.stage == "train" && !is_lattice(params.model)) {
    file.require(file.integer_attribute("/adam", "step") == length && file.number_attribute("/loss", "open_sum"),
                 "is damaged: its optimiser is not that of " + std::to_string(length) + " steps");
  }
}

}  // namespace scorefield
