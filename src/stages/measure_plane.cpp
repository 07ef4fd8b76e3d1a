#include "stages/measure_plane.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "ensemble/walkers.h"
#include "observables/correctness.h"
#include "observables/plane_tally.h"
#include "physics/complex_moments.h"
#include "stages/batches.h"
#include "stages/field_sums.h"
#include "stages/verdict_output.h"
#include "stages/write_estimate.h"

namespace scorefield {
namespace {

constexpr std::int64_t kPilot = 65536;  // configurations that the ranges of histograms are chosen from
constexpr double kInside = 0.999;       // of these, and how much further the ranges reach
constexpr double kFurther = 1.25;

/// |value| that so many of the pilot's configurations are below; `which`: 0 for x, 1 for y.
double reach_of(std::span<const double> xy, std::size_t which) {
  std::vector<double> sizes;
  for (std::size_t i = which; i < xy.size(); i += 2) sizes.push_back(std::fabs(xy[i]));
  const auto at = static_cast<std::ptrdiff_t>(kInside * static_cast<double>(sizes.size() - 1));
  std::nth_element(sizes.begin(), sizes.begin() + at, sizes.end());
  const double reach = kFurther * sizes[static_cast<std::size_t>(at)];
  return reach > 0.0 ? reach : 1.0;
}

PlaneTally::Grid choose_grid_of(const MeasureParams& params, const H5File& file, std::int64_t samples) {
  std::vector<double> pilot(static_cast<std::size_t>(2 * std::min(samples, kPilot)));
  file.read_rows("/field", 0, pilot.size() / 2, pilot);
  return {reach_of(pilot, 0), reach_of(pilot, 1), static_cast<std::size_t>(params.histogram_bins),
          static_cast<std::size_t>(params.map_bins)};
}

std::vector<double> edges_of(double reach, std::size_t cells) {
  std::vector<double> edges;
  for (std::size_t i = 0; i <= cells; ++i) edges.push_back(reach * (2.0 * static_cast<double>(i) / static_cast<double>(cells) - 1.0));
  return edges;
}

/// chi^2 of an estimate less that of the ensemble, of orders 2, 4, 6, 8, to attributes of `dataset`, and the largest deviation in sigma. A
/// learnt model was told the second order, which differs by the samples' error alone; of higher ones both errors count, which is too large
/// rather than too small, for it is not known how much of them is told. The probability of a larger one. Collective.
double compare_with_ensemble(const Context& context, H5File& out, const std::string& dataset, const Estimate& made,
                             const Estimate& ensemble, bool learnt, std::size_t bins) {
  ChiSquared chi2;
  const Estimate both = with_errors_of(ensemble, made, [&](std::size_t i) { return learnt && i < 4; });
  require_all(context.comm, [&] { chi2 = chi_squared_of_even(both, ensemble.value, bins); });
  double most = 0.0;
  for (std::size_t i = 0; i < both.value.size(); ++i) {
    if (i / 2 % 2 == 1 && both.error[i] > 0.0) most = std::max(most, std::fabs(made.value[i] - ensemble.value[i]) / both.error[i]);
  }
  out.set_attribute(dataset, "ensemble_chi2", chi2.value);
  out.set_attribute(dataset, "ensemble_p_value", chi2.p_value);
  out.set_attribute(dataset, "ensemble_largest_pull", most);
  return chi2.p_value;
}

/// An estimate [order][re, im] with its covariance and what is exact.
void write_orders(H5File& out, const std::string& group, const Estimate& e, std::span<const double> exact) {
  write_estimate(out, group, e, {kMaxOrder, 2}, exact);
  out.write_all(group + "/covariance", {2 * kMaxOrder, 2 * kMaxOrder}, e.covariance);
}

void write_histograms(H5File& out, const std::string& group, const PlaneTally& tally, std::span<const double> counts) {
  const PlaneTally::Grid& grid = tally.grid();
  const std::span<const double> drift = counts.first(kDriftCells), lines = counts.subspan(kDriftCells, 2 * grid.line);
  out.write_all(group + "/drift/lower_edge", {kDriftCells}, tally.drift_edges());
  out.write_all(group + "/drift/counts", {kDriftCells}, drift, Stored::int64);
  out.write_all(group + "/histogram_x/edges", {grid.line + 1}, edges_of(grid.x, grid.line));
  out.write_all(group + "/histogram_x/counts", {grid.line}, lines.first(grid.line), Stored::int64);
  out.write_all(group + "/histogram_y/edges", {grid.line + 1}, edges_of(grid.y, grid.line));
  out.write_all(group + "/histogram_y/counts", {grid.line}, lines.subspan(grid.line), Stored::int64);
  out.write_all(group + "/map/edges_x", {grid.map + 1}, edges_of(grid.x, grid.map));
  out.write_all(group + "/map/edges_y", {grid.map + 1}, edges_of(grid.y, grid.map));
  out.write_all(group + "/map/counts", {grid.map, grid.map}, counts.subspan(kDriftCells + 2 * grid.line), Stored::int64);
}

void write_criteria(H5File& out, const std::string& group, const PlaneEstimates& e, const PlaneTally& tally, const Verdict& verdict) {
  write_estimate(out, group + "/schwinger_dyson", e.schwinger_dyson, {kMaxOrder, 2});
  out.write_all(group + "/boundary/cutoff", {kCutoffs}, tally.cutoffs());
  out.write_all(group + "/boundary/outside", {kCutoffs}, e.outside.value);
  write_estimate(out, group + "/boundary", e.boundary, {kCutoffs, kBoundaryPowers.size(), 2});
  if (!e.late_early.value.empty()) write_estimate(out, group + "/late_less_early", e.late_early, {e.late_early.value.size()});
  write_verdict(out, group, verdict.word(), verdict.text(), numbers_of(verdict));
}

void write_chi_squared(H5File& out, const std::string& group, const ChiSquared& chi2) {
  out.set_attribute(group, "chi2", chi2.value);
  out.set_attribute(group, "dof", static_cast<std::int64_t>(chi2.degrees));
  out.set_attribute(group, "p_value", chi2.p_value);
}

std::string table_line(const std::string& name, int n, const Estimate& cumulants, std::span<const double> exact) {
  const auto at = static_cast<std::size_t>(2 * n - 2);
  return formatted("  %-10s kappa_%d %12.6g +- %-8.2g %12.6g +- %-8.2g i   exact %12.6g %+12.6g i", name.c_str(), n, cumulants.value[at],
                   cumulants.error[at], cumulants.value[at + 1], cumulants.error[at + 1], exact[at], exact[at + 1]);
}

}  // namespace

std::vector<std::string> measure_plane(const Context& context, const std::string& name, const H5File& file,
                                       std::optional<PlaneEstimates>& ensemble, H5File& out) {
  const Params& params = context.deck.params;
  const auto samples = static_cast<std::int64_t>(file.shape("/field").at(0));
  const QuarticAction action = action_of(params.model);
  const std::int64_t length = file.integer_attribute("/field", "walker_length").value_or(1);
  file.require(length >= 1 && length <= kSmallestBlock && kSmallestBlock % length == 0, "is damaged: its walkers have no such length");
  const PlaneTally tally(action, choose_grid_of(params.measure, file, samples), length);
  const WorkPlan plan(samples, 0, wanted_batch(context), tally.numbers(), components_of(params.model));
  const FieldSums sums = sum_field(context, name, file, plan, tally);
  const ComplexMoments exact = exact_moments(action);
  const std::vector<double> moments = in_pairs(exact.moments), cumulants = in_pairs(exact.cumulants);
  const double width = std::log(2.0) / static_cast<double>(kDriftCellsAnOctave);
  const bool sampled = file.exists("/backward"), learnt = file.text_attribute("/field", "score") == "learnt";
  PlaneEstimates e;
  ChiSquared of_moments, of_cumulants;
  Verdict verdict;
  require_all(context.comm, [&] {
    e = estimate_plane(action, sums.sums, sums.sizes);
    // the walkers' error, in all orders, stands between a model and what is exact
    const auto from_exact = [&](const Estimate& made, const Estimate PlaneEstimates::*of_walkers) {
      return learnt && ensemble ? with_errors_of((*ensemble).*of_walkers, made, [](std::size_t) { return false; }) : made;
    };
    of_moments = chi_squared_of_even(from_exact(e.moments, &PlaneEstimates::moments), moments, sums.bins);
    of_cumulants = chi_squared_of_even(from_exact(e.cumulants, &PlaneEstimates::cumulants), cumulants, sums.bins);
    std::vector<std::string> doubts;
    if (params.model.name == "quartic" && params.generate.noise_y > 0.0)
      doubts.emplace_back("with N_y > 0 the quartic model's P(x,y) is known to fall like a power, be its weight too small to be seen");
    verdict = judge(e, drift_tail(std::span(sums.counts).first(kDriftCells), width), tally.cutoffs(), sums.bins, doubts);
  });
  const std::string group = "/" + name;
  write_orders(out, group + "/moments", e.moments, moments);
  write_orders(out, group + "/cumulants", e.cumulants, cumulants);
  write_estimate(out, group + "/plane", e.plane, {kPlanePowers.size()});
  write_histograms(out, group, tally, sums.counts);
  if (!sampled) write_criteria(out, group + "/criteria", e, tally, verdict);
  write_chi_squared(out, group + "/moments", of_moments);
  write_chi_squared(out, group + "/cumulants", of_cumulants);
  out.set_attribute(group, "samples", samples);
  out.set_attribute(group, "bins", params.measure.bins);
  std::vector<std::string> lines;
  for (const int n : {2, 4, 6, 8}) lines.push_back(table_line(name, n, e.cumulants, cumulants));
  lines.push_back(formatted("  %-10s against the exact ones: p = %.3g (cumulants), %.3g (moments)", name.c_str(), of_cumulants.p_value,
                            of_moments.p_value));
  if (!sampled) {
    lines.push_back("  " + verdict.text());
    ensemble = e;
    return lines;
  }
  for (const char* attribute : {"process", "score", "sampler"}) {
    if (const auto value = file.text_attribute("/field", attribute)) out.set_attribute(group, attribute, *value);
  }
  if (!ensemble) return lines;
  const double of_cumulants_p =
                   compare_with_ensemble(context, out, group + "/cumulants", e.cumulants, ensemble->cumulants, learnt, sums.bins),
               of_moments_p = compare_with_ensemble(context, out, group + "/moments", e.moments, ensemble->moments, learnt, sums.bins);
  lines.push_back(
      formatted("  %-10s against the ensemble: p = %.3g (cumulants), %.3g (moments)", name.c_str(), of_cumulants_p, of_moments_p));
  return lines;
}

}  // namespace scorefield
