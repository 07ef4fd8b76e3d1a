#include "stages/measure_lattice.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdio>

#include "base/parallel.h"
#include "observables/equilibrium.h"
#include "stages/lattice_estimates.h"

namespace scorefield {
namespace {

constexpr std::size_t kBatchNumbers = std::size_t{1} << 22;  // that a rank reads, or hands to the root, at once
constexpr std::uint64_t kFirstLook = 64;                     // configurations that the range of the histogram is chosen by
constexpr std::size_t kSeriesPoints = std::size_t{1} << 17;  // of each series, at most, in results.h5

/// Counts in equal cells between -most and most; what is beyond is counted in the outermost. Local.
struct Histogram {
  Histogram(double most, std::int64_t cells) : low(-most), width(2.0 * most / static_cast<double>(cells)), counts(cells, 0) {}
  void add(double value) {
    const auto last = static_cast<double>(counts.size() - 1);
    ++counts[static_cast<std::size_t>(std::clamp(std::floor((value - low) / width), 0.0, last))];
  }
  double low, width;
  std::vector<std::int64_t> counts;
};

/// What one thread works with.
struct Worker {
  ConfigurationObserver observer;
  Histogram histogram;
};

class LatticeMeasurement {
 public:
  LatticeMeasurement(const Context& context, const std::string& name, const H5File& file)
      : context_(context),
        name_(name),
        file_(file),
        shape_(shape_of(context, file)),
        samples_(file.shape("/field")[0]),
        chain_of_(chains(file, samples_)),
        workers_(make_workers()),
        sums_(lengths(chain_of_), observer().layout().size(), series()) {}

  std::vector<std::string> run(H5File& out) {
    observe();
    Equilibrium equilibrium;
    LatticeResults results;
    std::size_t bins = 0, bin = 0;
    require_all(context_.comm, [&] {
      if (!context_.comm.is_root()) return;
      equilibrium = examine(sums_);
      bin = bin_size(equilibrium.tau_int);
      const ChainSums::Binned binned = sums_.bins(bin);
      bins = binned.counts.size();
      if (bins < 2) throw InputError(file_.path().string() + " has too few configurations for an error: make more");
      if (binned.too_few) equilibrium.warnings.push_back("only " + std::to_string(bins) + " bins: errors are not to be trusted");
      results = estimate_lattice(context_.deck.params.model, observer(), binned);
      look_at_action(results, equilibrium);
    });
    write(out, equilibrium, results, bins, bin);
    return lines(equilibrium, results);
  }

 private:
  static FieldShape shape_of(const Context& context, const H5File& file) {
    const auto& size = context.deck.params.lattice.size;
    const Shape shape = file.shape("/field");
    const Shape wanted = {shape.empty() ? 0 : shape[0], 1, static_cast<std::uint64_t>(size[0]), static_cast<std::uint64_t>(size[1])};
    file.require(shape == wanted, "holds no real fields on a lattice of lattice.size");
    return {wanted[2], wanted[3]};
  }

  /// The chain of each configuration.
  static std::vector<std::size_t> chains(const H5File& file, std::uint64_t samples) {
    std::vector<std::size_t> result(samples, 0);
    if (!file.exists("/chain")) return result;
    const std::vector<double> stored = file.read_all("/chain");
    file.require(stored.size() == samples &&
                     std::all_of(stored.begin(), stored.end(), [&](double c) { return c >= 0.0 && c < static_cast<double>(samples); }),
                 "is damaged: /chain does not number the chains of its configurations");
    std::copy(stored.begin(), stored.end(), result.begin());
    return result;
  }

  static std::vector<std::size_t> lengths(const std::vector<std::size_t>& chain_of) {
    std::vector<std::size_t> result(*std::max_element(chain_of.begin(), chain_of.end()) + 1, 0);
    for (const std::size_t chain : chain_of) ++result[chain];
    return result;
  }

  std::vector<SeriesOf> series() const {
    const ModelParams model = context_.deck.params.model;
    const auto place = [](std::size_t at) { return [at](std::span<const double> row) { return row[at]; }; };
    return {{"M", place(scalar::magnetisation)},
            {"|M|", place(scalar::abs_magnetisation)},
            {"M^2", place(scalar::magnetisation + 1)},
            {"phi^2", place(scalar::site_moment + 1)},
            {"action_density", [model](std::span<const double> row) { return action_density(row, model.kappa, lambda_of(model)); }},
            {"striped", place(scalar::striped)}};
  }

  std::vector<Worker> make_workers() const {
    std::vector<Worker> workers;
    const Histogram histogram(5.0 * scale(), cells());
    for (int i = 0; i < thread_count(); ++i) workers.push_back({ConfigurationObserver(shape_), histogram});
    return workers;
  }

  std::int64_t cells() const { return context_.deck.params.measure.histogram_bins; }

  /// The r.m.s. field of the first configurations.
  double scale() const {
    const std::uint64_t count = std::min(kFirstLook, samples_);
    std::vector<double> field(count * shape_.sites());
    file_.read_rows("/field", 0, count, field);
    double sum = 0.0;
    for (const double value : field) sum += value * value;
    return sum > 0.0 ? std::sqrt(sum / static_cast<double>(field.size())) : 1.0;
  }

  const ConfigurationObserver& observer() const { return workers_.front().observer; }

  /// All configurations, each rank its share of every batch; their rows go to the root, which adds them up in their order.
  void observe() {
    const std::size_t width = observer().layout().size();
    const auto a_rank = static_cast<std::int64_t>(std::max<std::size_t>(1, kBatchNumbers / std::max(width, shape_.sites())));
    const std::int64_t all = static_cast<std::int64_t>(samples_), step = a_rank * context_.comm.size();
    Progress progress(context_.log, "measure " + name_, static_cast<double>(all), "configurations");
    std::vector<double> field, rows;
    for (std::int64_t begin = 0; begin < all; begin += step) {
      stop_if_asked(context_);
      const Range mine = share(std::min(step, all - begin), context_.comm.size(), context_.comm.rank());
      field.resize(static_cast<std::size_t>(mine.size()) * shape_.sites());
      rows.resize(static_cast<std::size_t>(mine.size()) * width);
      file_.read_rows("/field", static_cast<std::uint64_t>(begin + mine.begin), static_cast<std::uint64_t>(mine.size()), field);
      observe_rows(field, rows);
      const std::vector<double> gathered = context_.comm.gather(rows);
      for (std::size_t i = 0; i * width < gathered.size(); ++i) {
        sums_.add(chain_of_[static_cast<std::size_t>(begin) + i], std::span(gathered).subspan(i * width, width));
      }
      progress.update(static_cast<double>(std::min(all, begin + step)));
    }
    progress.finish();
  }

  void observe_rows(std::span<const double> field, std::span<double> rows) {
    const std::size_t width = observer().layout().size(), sites = shape_.sites();
    require_all(context_.comm, [&] {
      parallel_for(0, static_cast<std::int64_t>(field.size() / sites), [&](std::int64_t i) {
        Worker& worker = workers_[static_cast<std::size_t>(thread_number())];
        const auto configuration = field.subspan(static_cast<std::size_t>(i) * sites, sites);
        worker.observer.observe(configuration, rows.subspan(static_cast<std::size_t>(i) * width, width));
        for (const double value : configuration) worker.histogram.add(value);
      });
    });
  }

  static void look_at_action(const LatticeResults& results, Equilibrium& equilibrium) {
    const double value = results.quantities.value.back(), error = results.quantities.error.back();
    if (std::fabs(value - 1.0) <= 5.0 * error) return;
    std::array<char, 200> text{};
    std::snprintf(text.data(), text.size(),
                  "<phi dS/dphi> = %.6g +- %.2g is not 1: this is not the action of these configurations, or a "
                  "step size is too large",
                  value, error);
    equilibrium.warnings.emplace_back(text.data());
  }

  void write(H5File& out, const Equilibrium& equilibrium, const LatticeResults& results, std::size_t bins, std::size_t bin);
  void write_series(H5File& out) const;
  void write_histograms(H5File& out);
  std::vector<std::string> lines(const Equilibrium& equilibrium, const LatticeResults& results) const;

  const Context& context_;
  const std::string& name_;
  const H5File& file_;
  FieldShape shape_;
  std::uint64_t samples_;
  std::vector<std::size_t> chain_of_;
  std::vector<Worker> workers_;
  ChainSums sums_;
};

std::string joined(const std::vector<std::string>& names, const char* separator) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : separator) + name;
  return all;
}

/// Writes value and error; on ranks that have none, empty arrays of the same shape are handed over and ignored.
void write_values(H5File& out, const std::string& group, const Shape& shape, const Estimate& estimate) {
  out.write_all(group + "/value", shape, estimate.value);
  out.write_all(group + "/error", shape, estimate.error);
}

void LatticeMeasurement::write(H5File& out, const Equilibrium& equilibrium, const LatticeResults& results, std::size_t bins,
                               std::size_t bin) {
  const std::string group = "/" + name_;
  const std::uint64_t y = shape_.y, x = shape_.x, quantities = results.names.size(), series = equilibrium.series.size();
  write_values(out, group + "/quantities", {quantities}, results.quantities);
  out.write_all(group + "/quantities/covariance", {quantities, quantities}, results.quantities.covariance);
  out.write_all(group + "/quantities/exact", {quantities}, results.exact);
  out.set_attribute(group + "/quantities", "names", joined(results.names, ","));
  write_values(out, group + "/cumulants", {kMaxOrder}, results.cumulants);
  out.write_all(group + "/cumulants/covariance", {kMaxOrder, kMaxOrder}, results.cumulants.covariance);
  write_values(out, group + "/slices_y", {y / 2 + 1}, results.slices_y);
  write_values(out, group + "/slices_x", {x / 2 + 1}, results.slices_x);
  write_values(out, group + "/mass_y", {results.mass_y.value.size()}, results.mass_y);
  write_values(out, group + "/mass_x", {results.mass_x.value.size()}, results.mass_x);
  write_values(out, group + "/spectrum", {y, shape_.half_x()}, results.spectrum);
  out.write_all(group + "/spectrum/exact", {y, shape_.half_x()}, results.exact_spectrum);
  write_values(out, group + "/two_point", {y, x}, results.two_point);
  std::vector<std::string> names;
  std::vector<double> table;
  for (const SeriesStatistics& each : equilibrium.series) {
    const Autocorrelation& a = each.autocorrelation;
    names.push_back(each.name);
    table.insert(table.end(), {a.mean, a.error, a.tau_int, a.tau_int_error, static_cast<double>(a.window), each.agreement.r_hat,
                               each.agreement.bulk_ess});
  }
  out.write_all(group + "/autocorrelation", {series, 7}, table);
  out.set_attribute(group + "/autocorrelation", "names", joined(names, ","));
  out.set_attribute(group + "/autocorrelation", "columns", std::string("mean,error,tau_int,tau_int_error,window,r_hat,effective_samples"));
  write_series(out);
  write_histograms(out);
  out.set_attribute(group, "samples", static_cast<std::int64_t>(samples_));
  out.set_attribute(group, "chains", static_cast<std::int64_t>(sums_.series().front().size()));
  out.set_attribute(group, "bins", static_cast<std::int64_t>(bins));
  out.set_attribute(group, "bin_size", static_cast<std::int64_t>(bin));
  out.set_attribute(group, "striped", equilibrium.striped);
  out.set_attribute(group, "in_equilibrium", static_cast<std::int64_t>(equilibrium.warnings.empty()));
  out.set_attribute(group, "warnings", joined(equilibrium.warnings, "; "));
}

/// Every so many configurations of each chain, chain by chain.
void LatticeMeasurement::write_series(H5File& out) const {
  const std::string group = "/" + name_ + "/series";
  const std::size_t every = (samples_ + kSeriesPoints - 1) / kSeriesPoints;
  std::uint64_t points = 0;
  for (std::size_t i = 0; i < sums_.series().size(); ++i) {
    std::vector<double> values, chains;
    for (std::size_t chain = 0; chain < sums_.series()[i].size(); ++chain) {
      const auto& of_chain = sums_.series()[i][chain];
      for (std::size_t n = 0; n < of_chain.size(); n += every) {
        values.push_back(of_chain[n]);
        chains.push_back(static_cast<double>(chain));
      }
    }
    points = values.size();
    if (i == 0) out.write_all(group + "/chain", {points}, chains, Stored::int64);
    out.write_all(group + "/" + sums_.series_names()[i].name, {points}, values);
  }
  out.set_attribute(group, "every", static_cast<std::int64_t>(every));
}

void LatticeMeasurement::write_histograms(H5File& out) {
  const std::string group = "/" + name_;
  const auto one = [&](const std::string& which, const Histogram& histogram) {
    std::vector<double> edges, counts(histogram.counts.begin(), histogram.counts.end());
    for (std::size_t i = 0; i <= counts.size(); ++i) edges.push_back(histogram.low + static_cast<double>(i) * histogram.width);
    out.write_all(group + which + "/edges", {edges.size()}, edges);
    out.write_all(group + which + "/counts", {counts.size()}, counts, Stored::int64);
  };
  Histogram sites = workers_.front().histogram;
  for (std::size_t i = 1; i < workers_.size(); ++i) {
    for (std::size_t cell = 0; cell < sites.counts.size(); ++cell) sites.counts[cell] += workers_[i].histogram.counts[cell];
  }
  context_.comm.sum(std::span<std::int64_t>(sites.counts));
  one("/histogram", sites);
  double most = 0.0;
  for (const auto& chain : sums_.series()[0]) {
    for (const double value : chain) most = std::max(most, std::fabs(value));
  }
  Histogram magnetisation(most > 0.0 ? most : 1.0, cells());
  for (const auto& chain : sums_.series()[0]) {
    for (const double value : chain) magnetisation.add(value);
  }
  one("/histogram_M", magnetisation);
}

std::vector<std::string> LatticeMeasurement::lines(const Equilibrium& equilibrium, const LatticeResults& results) const {
  std::vector<std::string> all;
  if (!context_.comm.is_root()) return all;
  std::array<char, 200> text{};
  for (const char* wanted : {"kappa2_Z2", "kappa4_Z2/kappa2^2", "kappa6_Z2/kappa2^3", "kappa8_Z2/kappa2^4", "abs_M", "chi", "binder", "xi",
                             "xi_connected", "action_density", "schwinger_dyson"}) {
    const auto found = std::find(results.names.begin(), results.names.end(), wanted);
    if (found == results.names.end()) continue;
    const auto i = static_cast<std::size_t>(found - results.names.begin());
    const double value = results.quantities.value[i], error = results.quantities.error[i];
    if (std::isfinite(value) && std::isfinite(error)) {
      std::snprintf(text.data(), text.size(), "  %-22s %13.7g +- %.2g", wanted, value, error);
    } else {
      std::snprintf(text.data(), text.size(), "  %-22s %13s", wanted, "undefined");
    }
    all.emplace_back(text.data());
  }
  for (const SeriesStatistics& each : equilibrium.series) {
    std::snprintf(text.data(), text.size(), "  tau_int of %-14s  %.3g +- %.2g configurations, R-hat %.4f", each.name.c_str(),
                  each.autocorrelation.tau_int, each.autocorrelation.tau_int_error, each.agreement.r_hat);
    all.emplace_back(text.data());
  }
  for (const std::string& warning : equilibrium.warnings) all.push_back("  warning: not in equilibrium: " + warning);
  return all;
}

}  // namespace

std::vector<std::string> measure_lattice(const Context& context, const std::string& name, const H5File& file, H5File& out) {
  return LatticeMeasurement(context, name, file).run(out);
}

}  // namespace scorefield
