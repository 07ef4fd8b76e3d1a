#include "stages/lattice_output.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "stages/write_estimate.h"

namespace scorefield {
namespace {

constexpr std::size_t kSeriesPoints = std::size_t{1} << 17;  // of each series, at most

/// Decimals that show an error of this size with two digits.
int decimals_for(double error) { return error > 0.0 ? std::clamp(1 - static_cast<int>(std::floor(std::log10(error))), 0, 15) : 7; }

void write_autocorrelations(H5File& out, const std::string& dataset, const std::vector<SeriesStatistics>& all) {
  std::vector<std::string> names;
  std::vector<double> table;
  for (const SeriesStatistics& each : all) {
    const Autocorrelation& a = each.autocorrelation;
    names.push_back(each.name);
    table.insert(table.end(), {a.mean, a.error, a.tau_int, a.tau_int_error, static_cast<double>(a.window), each.agreement.r_hat,
                               each.agreement.bulk_ess});
  }
  out.write_all(dataset, {all.size(), 7}, table);
  out.set_attribute(dataset, "names", joined(names, ","));
  out.set_attribute(dataset, "columns", std::string("mean,error,tau_int,tau_int_error,window,r_hat,effective_samples"));
}

/// Where a quantity stands; nowhere if it was not measured.
std::optional<std::size_t> place_of(const LatticeResults& results, const char* name) {
  const auto found = std::find(results.names.begin(), results.names.end(), name);
  if (found == results.names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - results.names.begin());
}

/// Whether xi is of the constant <M^2> and no length: longer than half the shorter extent, in a broken phase. There the Binder cumulant is
/// above the one at the critical point of large square lattices (of Ising's class; Salas and Sokal, J. Stat. Phys. 98 (2000) 551) and
/// grows with the lattice; a free field's is 0, and its xi right at any length.
bool is_no_length(const LatticeResults& results, const FieldShape& shape) {
  constexpr double kCriticalBinder = 0.6107;
  const auto xi = place_of(results, "xi"), binder = place_of(results, "binder");
  const std::vector<double>& value = results.quantities.value;
  return xi && binder && value[*xi] > 0.5 * static_cast<double>(std::min(shape.y, shape.x)) && value[*binder] > kCriticalBinder;
}

void write_quantities(H5File& out, const std::string& dataset, const LatticeResults& results) {
  const std::uint64_t size = results.names.size();
  write_estimate(out, dataset, results.quantities, {size}, results.exact);
  out.write_all(dataset + "/covariance", {size, size}, results.quantities.covariance);
  out.set_attribute(dataset, "names", joined(results.names, ","));
}

}  // namespace

Histogram::Histogram(double most, std::int64_t cells) : low(-most), width(2.0 * most / static_cast<double>(cells)), counts(cells, 0) {}

void Histogram::add(double value) {
  const auto last = static_cast<double>(counts.size() - 1);
  const double cell = (value - low) / width;
  ++counts[cell > 0.0 ? static_cast<std::size_t>(std::min(std::floor(cell), last)) : 0];  // 0 for one that is not a number, too
}

void write_measurements(H5File& out, const std::string& group, const FieldShape& shape, const LatticeMeasurements& measured) {
  const LatticeResults& results = measured.results;
  const std::uint64_t y = shape.y, x = shape.x;
  write_quantities(out, group + "/quantities", results);
  write_estimate(out, group + "/cumulants", results.cumulants, {kMaxOrder});
  out.write_all(group + "/cumulants/covariance", {kMaxOrder, kMaxOrder}, results.cumulants.covariance);
  write_estimate(out, group + "/slices_y", results.slices_y, {y / 2 + 1});
  write_estimate(out, group + "/slices_x", results.slices_x, {x / 2 + 1});
  write_estimate(out, group + "/mass_y", results.mass_y, {results.mass_y.value.size()});
  write_estimate(out, group + "/mass_x", results.mass_x, {results.mass_x.value.size()});
  write_estimate(out, group + "/spectrum", results.spectrum, {y, shape.half_x()}, results.exact_spectrum);
  write_estimate(out, group + "/two_point", results.two_point, {y, x});
  write_autocorrelations(out, group + "/autocorrelation", measured.equilibrium.series);
  out.set_attribute(group, "samples", static_cast<std::int64_t>(measured.samples));
  out.set_attribute(group, "chains", static_cast<std::int64_t>(measured.chains));
  out.set_attribute(group, "bins", static_cast<std::int64_t>(measured.bins));
  out.set_attribute(group, "bin_size", static_cast<std::int64_t>(measured.bin_size));
  out.set_attribute(group, "tau_int", measured.equilibrium.tau_int);
  out.set_attribute(group, "striped", measured.equilibrium.striped);
  out.set_attribute(group, "in_equilibrium", static_cast<std::int64_t>(measured.equilibrium.warnings.empty()));
  out.set_attribute(group, "warnings", joined(measured.warnings, "; "));
}

void write_series(H5File& out, const std::string& group, const ChainSums& sums, std::uint64_t samples) {
  const std::size_t every = (samples + kSeriesPoints - 1) / kSeriesPoints;
  for (std::size_t i = 0; i < sums.series().size(); ++i) {
    std::vector<double> values, chains;
    for (std::size_t chain = 0; chain < sums.series()[i].size(); ++chain) {
      const auto& of_chain = sums.series()[i][chain];
      for (std::size_t n = 0; n < of_chain.size(); n += every) {
        values.push_back(of_chain[n]);
        chains.push_back(static_cast<double>(chain));
      }
    }
    if (i == 0) out.write_all(group + "/chain", {chains.size()}, chains, Stored::int64);
    out.write_all(group + "/" + sums.series_names()[i].name, {values.size()}, values);
  }
  out.set_attribute(group, "every", static_cast<std::int64_t>(every));
}

void write_histogram(H5File& out, const std::string& dataset, const Histogram& histogram) {
  std::vector<double> edges, counts(histogram.counts.begin(), histogram.counts.end());
  for (std::size_t i = 0; i <= counts.size(); ++i) edges.push_back(histogram.low + static_cast<double>(i) * histogram.width);
  out.write_all(dataset + "/edges", {edges.size()}, edges);
  out.write_all(dataset + "/counts", {counts.size()}, counts, Stored::int64);
}

std::vector<std::string> lines_of(const LatticeMeasurements& measured, const FieldShape& shape) {
  const LatticeResults& results = measured.results;
  std::vector<std::string> all;
  for (const char* wanted : {"kappa2_Z2", "kappa4_Z2/kappa2^2", "kappa6_Z2/kappa2^3", "kappa8_Z2/kappa2^4", "abs_M", "V_M2", "chi",
                             "binder", "xi", "xi_connected", "action_density", "schwinger_dyson"}) {
    const auto place = place_of(results, wanted);
    if (!place) continue;
    const double value = results.quantities.value[*place], error = results.quantities.error[*place];
    const bool known = std::isfinite(value) && std::isfinite(error);
    all.push_back(known ? formatted("  %-22s %13.*f +- %.2g", wanted, decimals_for(error), value, error)
                        : formatted("  %-22s %13s", wanted, "undefined"));
    if (wanted == std::string_view("xi") && is_no_length(results, shape)) all.back() += "  (of <M^2>, no length: see xi_connected)";
  }
  for (const SeriesStatistics& each : measured.equilibrium.series) {
    const std::string r_hat = std::isnan(each.agreement.r_hat) ? "undefined" : formatted("%.4f", each.agreement.r_hat);
    all.push_back(formatted("  tau_int of %-14s  %.3g +- %.2g configurations, R-hat %s", each.name.c_str(), each.autocorrelation.tau_int,
                            each.autocorrelation.tau_int_error, r_hat.c_str()));
  }
  for (const std::string& warning : measured.warnings) all.push_back("  warning: " + warning);
  return all;
}

}  // namespace scorefield
