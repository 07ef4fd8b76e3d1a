#include "stages/measure_points.h"

#include "base/text.h"
#include "diffusion/recorder.h"
#include "stages/batches.h"
#include "stages/field_sums.h"
#include "stages/recorded_process.h"
#include "stages/write_estimate.h"

namespace scorefield {
namespace {

std::string table_line(const std::string& name, const Estimate& cumulants, const ChiSquared& chi2) {
  std::string text = formatted("  %-20s", name.c_str());
  for (const std::size_t i : {1, 3, 5, 7}) text += formatted(" %11.6g +- %-8.2g", cumulants.value[i], cumulants.error[i]);
  return text + formatted(" p = %.3g", chi2.p_value);
}

}  // namespace

std::string measure_points(const Context& context, const ExactLaw& law, const std::string& name, const H5File& file, H5File& out) {
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
  write_estimate(out, group + "/cumulants", e.cumulants, {kMaxOrder}, law.cumulants());
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

void measure_point_process(const Context& context, const ExactLaw& law, const std::string& name, const H5File& file,
                           const std::string& source, H5File& out) {
  const RecordedProcess process(file, source, static_cast<std::size_t>(context.deck.params.measure.bins));
  const std::vector<double> powers = process.read_sums("/power_sums"), exponentials = process.read_sums("/exponential_sums");
  const std::vector<double> sources = process.read("/sources"), edges = process.read("/histogram_edges");
  const std::size_t records = process.levels().size(), per_record = sources.size() / records, cells = edges.size() / records - 1;
  Estimate cumulants, generating;
  std::vector<double> exact_cumulants, exact_generating, exact_histogram;
  require_all(context.comm, [&] {
    for (std::size_t k = 0; k < records; ++k) {
      const NoiseLevel& level = process.levels()[k];
      const LevelEstimates e = estimate_level(process.bins_of(powers, k), process.bins_of(exponentials, k), process.sizes());
      append(cumulants, e.cumulants);
      append(generating, e.generating_function);
      for (const double kappa : cumulants_at(law.cumulants(), level)) exact_cumulants.push_back(kappa);
      for (const double j : std::span(sources).subspan(k * per_record, per_record)) {
        exact_generating.push_back(generating_function_at(law, level, j));
      }
      for (const double cell : exact_cells(law, level, std::span(edges).subspan(k * (cells + 1), cells + 1))) {
        exact_histogram.push_back(cell);
      }
    }
  });
  const std::string group = "/" + name;
  process.write(out, group);
  write_estimate(out, group + "/cumulants", cumulants, {records, kMaxOrder}, exact_cumulants);
  write_estimate(out, group + "/generating_function", generating, {records, per_record}, exact_generating);
  out.write_all(group + "/histogram/exact", {records, cells}, exact_histogram);
}

}  // namespace scorefield
