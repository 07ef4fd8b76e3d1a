#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

#include "base/pending_file.h"
#include "diffusion/recorder.h"
#include "stages/batches.h"
#include "stages/field_sums.h"
#include "stages/measure_complex_lattice.h"
#include "stages/measure_field_process.h"
#include "stages/measure_lattice.h"
#include "stages/measure_plane.h"
#include "stages/prepare.h"
#include "stages/stages.h"
#include "statistics/level_estimates.h"

namespace scorefield {
namespace {

std::vector<double> to_vector(const Orders& orders) { return {orders.begin(), orders.end()}; }

void append(std::vector<double>& to, std::span<const double> from) { to.insert(to.end(), from.begin(), from.end()); }

/// The part of an array [record][...] that belongs to one record.
std::span<const double> part(const std::vector<double>& all, std::size_t index, std::size_t of) {
  const std::size_t size = all.size() / of;
  return std::span(all).subspan(index * size, size);
}

void write_estimate(H5File& out, const std::string& group, const Estimate& e, const Shape& shape, std::span<const double> exact) {
  out.write_all(group + "/value", shape, e.value);
  out.write_all(group + "/error", shape, e.error);
  out.write_all(group + "/exact", shape, exact);
}

std::string table_line(const std::string& name, const Estimate& cumulants, const ChiSquared& chi2) {
  std::array<char, 200> text{};
  int length = std::snprintf(text.data(), text.size(), "  %-20s", name.c_str());
  for (const std::size_t i : {1, 3, 5, 7}) {
    length += std::snprintf(text.data() + length, text.size() - static_cast<std::size_t>(length), " %11.6g +- %-8.2g", cumulants.value[i],
                            cumulants.error[i]);
  }
  std::snprintf(text.data() + length, text.size() - static_cast<std::size_t>(length), " p = %.3g", chi2.p_value);
  return text.data();
}

/// Moments, cumulants, W[J] and histogram of a file's configurations. Returns its line of the table.
std::string measure_field(const Context& context, const ExactLaw& law, const std::string& name, const H5File& file, H5File& out) {
  const MeasureParams& params = context.deck.params.measure;
  const WorkPlan plan(static_cast<std::int64_t>(file.shape("/field").at(0)), 0, wanted_batch(context));
  const NoiseLevel now{};
  const Recorder recorder({now}, {law.cumulants()[0], law.cumulants()[1]}, params);
  const FieldSums sums = sum_field(context, name, file, plan, recorder);
  LevelEstimates e;
  ChiSquared chi2;
  require_all(context.comm, [&] {
    e = estimate_level(sums.columns(0, kMaxOrder), sums.columns(kMaxOrder, recorder.quantities() - kMaxOrder), sums.sizes);
    chi2 = chi_squared(e.cumulants, law.cumulants(), tested_cumulants(law), sums.sizes.size());
  });

  const std::string group = "/" + name;
  const std::vector<double> sources = recorder.sources(0), edges = recorder.edges(0);
  std::vector<double> exact_generating;
  for (const double j : sources) exact_generating.push_back(law.generating_function(j));
  out.write_all(group + "/moments/value", {kMaxOrder}, e.moments.value);
  out.write_all(group + "/moments/error", {kMaxOrder}, e.moments.error);
  write_estimate(out, group + "/cumulants", e.cumulants, {kMaxOrder}, to_vector(law.cumulants()));
  out.write_all(group + "/cumulants/covariance", {kMaxOrder, kMaxOrder}, e.cumulants.covariance);
  out.write_all(group + "/generating_function/source", {sources.size()}, sources);
  write_estimate(out, group + "/generating_function", e.generating_function, {sources.size()}, exact_generating);
  out.write_all(group + "/histogram/edges", {edges.size()}, edges);
  out.write_all(group + "/histogram/counts", {recorder.cells()}, sums.counts, Stored::int64);
  out.write_all(group + "/histogram/exact", {recorder.cells()}, exact_cells(law, now, edges));
  out.set_attribute(group, "samples", plan.samples());
  out.set_attribute(group, "bins", params.bins);
  out.set_attribute(group, "chi2", chi2.value);
  out.set_attribute(group, "dof", static_cast<std::int64_t>(chi2.degrees));
  out.set_attribute(group, "p_value", chi2.p_value);
  for (const char* attribute : {"process", "score", "sampler"}) {
    if (const auto value = file.text_attribute("/field", attribute)) out.set_attribute(group, attribute, *value);
  }
  return table_line(name, e.cumulants, chi2);
}

/// Rows [block][record][...] of one record, added to bins.
std::vector<double> bins_of_record(const std::vector<double>& rows, std::size_t blocks, std::size_t record, std::size_t records,
                                   std::size_t bins) {
  std::vector<double> of_blocks;
  for (std::size_t b = 0; b < blocks; ++b) append(of_blocks, part(rows, b * records + record, blocks * records));
  return add_to_bins(of_blocks, blocks, bins);
}

/// Cumulants, W[J] and histograms along a recorded process; `source` is its group, /forward or /backward.
void measure_process(const ExactLaw& law, std::size_t bins, const std::string& name, const H5File& file, const std::string& source,
                     H5File& out) {
  const auto read = [&](const char* dataset) { return file.read_all(source + dataset); };
  const std::vector<double> time = read("/time"), kept = read("/kept"), variance = read("/noise_variance");
  const std::vector<double> sources = read("/sources"), block_sizes = read("/block_sizes"), powers = read("/power_sums");
  const std::vector<double> exponentials = read("/exponential_sums"), edges = read("/histogram_edges");
  const std::size_t records = time.size(), blocks = block_sizes.size();
  file.require(
      records > 0 && powers.size() == records * blocks * kMaxOrder && exponentials.size() == blocks * sources.size() && blocks >= bins,
      "is damaged: the datasets of " + source + " do not belong together");
  const std::vector<double> sizes = add_to_bins(block_sizes, blocks, bins);
  Estimate cumulants, generating;
  std::vector<double> exact_cumulants, exact_generating, exact_histogram;
  for (std::size_t k = 0; k < records; ++k) {
    const NoiseLevel level{time[k], kept[k], variance[k]};
    const LevelEstimates e =
        estimate_level(bins_of_record(powers, blocks, k, records, bins), bins_of_record(exponentials, blocks, k, records, bins), sizes);
    append(cumulants.value, e.cumulants.value);
    append(cumulants.error, e.cumulants.error);
    append(generating.value, e.generating_function.value);
    append(generating.error, e.generating_function.error);
    append(exact_cumulants, to_vector(cumulants_at(law.cumulants(), level)));
    for (const double j : part(sources, k, records)) exact_generating.push_back(generating_function_at(law, level, j));
    append(exact_histogram, exact_cells(law, level, part(edges, k, records)));
  }
  const std::string group = "/" + name;
  const std::uint64_t per_record = sources.size() / records, cells = edges.size() / records - 1;
  out.write_all(group + "/time", {records}, time);
  out.write_all(group + "/kept", {records}, kept);
  out.write_all(group + "/noise_variance", {records}, variance);
  write_estimate(out, group + "/cumulants", cumulants, {records, kMaxOrder}, exact_cumulants);
  out.write_all(group + "/generating_function/source", {records, per_record}, sources);
  write_estimate(out, group + "/generating_function", generating, {records, per_record}, exact_generating);
  out.write_all(group + "/histogram/edges", {records, cells + 1}, edges);
  out.write_all(group + "/histogram/counts", {records, cells}, read("/histogram_counts"), Stored::int64);
  out.write_all(group + "/histogram/exact", {records, cells}, exact_histogram);
  double samples = 0.0;
  for (const double size : sizes) samples += size;
  out.set_attribute(group, "samples", static_cast<std::int64_t>(samples));
  out.set_attribute(group, "bins", static_cast<std::int64_t>(sizes.size()));
  for (const char* attribute : {"process", "score", "sampler"}) {
    if (const auto value = file.text_attribute(source, attribute)) out.set_attribute(group, attribute, *value);
  }
}

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

/// Configurations of a real field, what was recorded along a process, and along their finish; adds lines for the user.
void measure_real_lattice(const Context& context, const std::string& name, const H5File& file, H5File& out,
                          std::vector<std::string>& table) {
  const auto add = [&](const std::vector<std::string>& lines) { table.insert(table.end(), lines.begin(), lines.end()); };
  if (file.exists("/forward")) return add(measure_field_process(context, name, file, "/forward", &file, out));
  table.push_back(name + ":");
  add(measure_lattice(context, name, file, out));
  if (file.exists("/backward")) {
    const auto forward = forward_of(context, name);
    add(measure_field_process(context, backward_name(name), file, "/backward", forward ? &*forward : nullptr, out));
  }
  if (file.exists("/finish")) add(measure_finish(context, "/" + name, file, out));
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
  const auto bins = static_cast<std::size_t>(params.measure.bins);
  PendingFile pending(path, context.comm);
  std::vector<std::string> table;
  for (const Surveyed& each : found) {
    const auto source = output_path(params, each.output.file);
    const H5File file = context.files->open(context.comm, source);
    const std::string name = each.output.file.substr(0, each.output.file.size() - 3);
    if (is_complex_field(params.model)) {
      for (const std::string& line : measure_complex_lattice(context, name, file, pending.file())) table.push_back(line);
    } else if (lattice) {
      measure_real_lattice(context, name, file, pending.file(), table);
    } else if (walkers) {
      for (const std::string& line : measure_plane(context, name, file, pending.file())) table.push_back(line);
    } else if (file.exists("/field"))
      table.push_back(measure_field(context, *law, name, file, pending.file()));
    if (law && file.exists("/forward")) measure_process(*law, bins, name, file, "/forward", pending.file());
    if (law && file.exists("/backward")) measure_process(*law, bins, backward_name(name), file, "/backward", pending.file());
    if (file.exists("/backward")) write_source(context, source, std::string("/").append(backward_name(name)), pending.file());
    write_source(context, source, "/" + name, pending.file());
  }
  if (walkers) {
    for (const std::string& line : write_plane_theory(context, pending.file())) table.push_back(line);
  }
  write_provenance(pending.file(), context, "measure");
  pending.commit();
  context.log.line("measure: " + path.string() +
                   (law == nullptr ? ":"
                                   : std::string("; cumulants 2, 4, 6, 8, and the p-value of ") +
                                         (law->symmetric() ? "these" : "cumulants 1 to 6") + " against the exact law:"));
  for (const std::string& line : table) context.log.line(line);
}

}  // namespace scorefield
