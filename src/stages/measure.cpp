#include <algorithm>
#include <optional>

#include "base/pending_file.h"
#include "stages/measure_complex_lattice.h"
#include "stages/measure_field_process.h"
#include "stages/measure_lattice.h"
#include "stages/measure_plane.h"
#include "stages/measure_plane_process.h"
#include "stages/measure_plane_score.h"
#include "stages/measure_points.h"
#include "stages/prepare.h"
#include "stages/stages.h"

namespace scorefield {
namespace {

/// Says which outputs are not what the deck asks for, and what becomes of them.
void tell_of_incomplete(const Context& context, const std::vector<Surveyed>& all, const std::vector<Surveyed>& found) {
  for (const Surveyed& each : all) {
    if (each.output.stage == "train" || each.state == State::complete) continue;
    const bool measured = std::any_of(found.begin(), found.end(), [&](const Surveyed& f) { return f.output.file == each.output.file; });
    context.log.line("measure: " + each.output.file +
                     (measured
                          ? " has " + std::to_string(each.finished) + " of " + std::to_string(each.output.wanted) + " " + each.output.unit
                          : " is left out: " + each.describe()));
  }
}

/// Which file a group was measured from, so that one can see whether it has changed since.
void write_source(const Context& context, const std::filesystem::path& source, const std::string& group, H5File& out) {
  out.set_attribute(group, "source", source.filename().string());
  out.set_attribute(group, "source_checksum", context.comm.is_root() ? sealed_checksum(source) : std::string());
}

/// samples-ve-learnt -> backward-ve-learnt.
std::string backward_name(const std::string& name) { return std::string("backward").append(name, name.find('-')); }

/// The forward process that samples of this name are compared with, if it is complete.
std::optional<H5File> forward_of(const Context& context, const std::string& name) {
  const Params& params = context.deck.params;
  for (const Process& process : params.forward.process) {
    if (name.rfind("samples-" + process.name + "-", 0) != 0) continue;
    const Surveyed forward = survey(context, forward_output(params, process));
    if (forward.state == State::complete) return context.files->open(context.comm, output_path(params, forward.output.file));
  }
  return std::nullopt;
}

/// Configurations of a real field, what was recorded along a process, and along their finish; adds lines for the user. `chain_bins`: of
/// the ensemble, which comes first.
void measure_real_lattice(const Context& context, const std::string& name, const H5File& file, H5File& out, std::size_t& chain_bins,
                          std::vector<std::string>& table) {
  const auto add = [&](const std::vector<std::string>& lines) { table.insert(table.end(), lines.begin(), lines.end()); };
  if (file.exists("/forward")) return add(measure_field_process(context, name, file, "/forward", &file, chain_bins, out));
  table.push_back(std::string(name).append(":"));
  const MeasuredLattice measured = measure_lattice(context, name, file, out);
  add(measured.lines);
  if (name == "ensemble") chain_bins = measured.chain_bins;
  if (file.exists("/backward")) {
    const auto forward = forward_of(context, name);
    add(measure_field_process(context, backward_name(name), file, "/backward", forward ? &*forward : nullptr, chain_bins, out));
  }
  if (file.exists("/finish")) add(measure_finish(context, std::string("/").append(name), file, out));
}

/// Points of the plane, and what was recorded along a process; adds lines for the user. `ensemble`: of the walkers, which come first.
void measure_points_of_plane(const Context& context, const std::string& name, const H5File& file, H5File& out,
                             std::optional<PlaneEstimates>& ensemble, std::vector<std::string>& table) {
  const auto add = [&](const std::vector<std::string>& lines) { table.insert(table.end(), lines.begin(), lines.end()); };
  const auto bins = static_cast<std::size_t>(context.deck.params.measure.bins);
  if (file.exists("/forward")) return add(measure_plane_process(context, name, file, "/forward", &file, bins, out));
  add(measure_plane(context, name, file, ensemble, out));
  if (!file.exists("/backward")) return;
  const auto forward = forward_of(context, name);
  add(measure_plane_process(context, backward_name(name), file, "/backward", forward ? &*forward : nullptr, bins, out));
}

/// Configurations of complexified fields, and what was recorded along a process; adds lines for the user. `ensemble`: what is measured of
/// it, which comes first.
void measure_complex_fields(const Context& context, const std::string& name, const H5File& file, H5File& out,
                            std::optional<MeasuredComplexLattice>& ensemble, std::vector<std::string>& table) {
  const auto add = [&](const std::vector<std::string>& lines) { table.insert(table.end(), lines.begin(), lines.end()); };
  const std::size_t bins = ensemble ? ensemble->chain_bins : static_cast<std::size_t>(context.deck.params.measure.bins);
  if (file.exists("/forward")) return add(measure_plane_process(context, name, file, "/forward", &file, bins, out));
  table.push_back(std::string(name).append(":"));
  const MeasuredComplexLattice measured = measure_complex_lattice(context, name, file, ensemble ? &*ensemble : nullptr, out);
  add(measured.lines);
  if (name == "ensemble") ensemble = measured;
  if (!file.exists("/backward")) return;
  const auto forward = forward_of(context, name);
  add(measure_plane_process(context, backward_name(name), file, "/backward", forward ? &*forward : nullptr, bins, out));
}

}  // namespace

void measure(const Context& context) {
  const Params& params = context.deck.params;
  const bool lattice = is_lattice(params.model), walkers = is_walker(params.model);
  const auto path = output_path(params, "results.h5");
  const std::vector<Surveyed> all = survey_all(context);
  const std::vector<Surveyed> found = measurable(context, all);
  tell_of_incomplete(context, all, found);
  const auto law = has_law(params.model) ? make_exact_law(params.model) : nullptr;
  PendingFile pending(path, context.comm);
  std::vector<std::string> table;
  std::optional<PlaneEstimates> walkers_measured;
  std::optional<MeasuredComplexLattice> fields_measured;
  auto chain_bins = static_cast<std::size_t>(params.measure.bins);
  for (const Surveyed& each : found) {
    const auto source = output_path(params, each.output.file);
    const H5File file = context.files->open(context.comm, source);
    const std::string name = measured_name(each.output);
    if (is_complex_field(params.model)) {
      measure_complex_fields(context, name, file, pending.file(), fields_measured, table);
    } else if (lattice) {
      measure_real_lattice(context, name, file, pending.file(), chain_bins, table);
    } else if (walkers) {
      measure_points_of_plane(context, name, file, pending.file(), walkers_measured, table);
    } else if (file.exists("/field"))
      table.push_back(measure_points(context, *law, name, file, pending.file()));
    if (law && file.exists("/forward")) measure_point_process(context, *law, name, file, "/forward", pending.file());
    if (law && file.exists("/backward")) measure_point_process(context, *law, backward_name(name), file, "/backward", pending.file());
    if (file.exists("/backward")) write_source(context, source, std::string("/").append(backward_name(name)), pending.file());
    write_source(context, source, std::string("/").append(name), pending.file());
  }
  if (walkers) {
    const PlaneTheory theory = write_plane_theory(context, pending.file());
    table.insert(table.end(), theory.lines.begin(), theory.lines.end());
    for (const std::string& line : measure_plane_scores(context, theory, pending.file())) table.push_back(line);
    for (const Surveyed& each : all) {
      if (each.output.stage != "train" || each.state != State::complete) continue;
      write_source(context, output_path(params, each.output.file), std::string("/").append(measured_name(each.output)), pending.file());
    }
  }
  write_provenance(pending.file(), context, "measure");
  pending.commit();
  context.log.line("measure: " + path.string() +
                   (law == nullptr ? ":"
                                   : std::string("; cumulants 2, 4, 6, 8, and the p-value of ") +
                                         (law->symmetric() ? "these" : "cumulants 1 to 6") + " against the exact law:"));
  for (const std::string& line : table) context.log.line(line);
  context.log.line("measure: for tables and figures: scorefield-analysis report " + params.run.output);
}

}  // namespace scorefield
