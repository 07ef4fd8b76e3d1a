#include "stages/measure_lattice.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "base/text.h"
#include "stages/chains_of_file.h"
#include "stages/configuration_rows.h"
#include "stages/contents.h"
#include "stages/lattice_output.h"
#include "stages/update_history.h"

namespace scorefield {
namespace {

constexpr std::uint64_t kFirstLook = 64;             // configurations that the range of the histogram is chosen by,
constexpr std::uint64_t kFirstNumbers = 64 * 65536;  // of large lattices fewer, so many numbers

/// What one thread works with.
struct Worker {
  ConfigurationObserver observer;
  Histogram histogram;
};

class LatticeMeasurement {
 public:
  LatticeMeasurement(const Context& context, const std::string& name, const H5File& file)
      : context_(context),
        group_("/" + name),
        file_(file),
        shape_(shape_of(context, file)),
        samples_(file.shape("/field")[0]),
        sampled_(file.exists("/backward")),
        finished_(file.exists("/finish")),
        chain_of_(chains_of_file(context, file, samples_)),
        workers_(make_workers()),
        sums_(lengths_of_chains(chain_of_), observer().layout().size(), series()) {}

  MeasuredLattice run(H5File& out) {
    file_.require(samples_ > 1, "has one configuration, too few for an error: make more");
    observe("measure " + group_.substr(1));
    const auto updates = read_update_statistics(context_, file_, chain_of_);
    LatticeMeasurements measured;
    require_all(context_.comm, [&] {
      if (context_.comm.is_root()) measured = evaluate(updates);
    });
    write_measurements(out, group_, shape_, measured);
    if (updates) write_update_statistics(out, group_, *updates);
    write_series(out, group_ + "/series", sums_, samples_);
    write_histogram(out, group_ + "/histogram", site_histogram());
    write_histogram(out, group_ + "/histogram_M", magnetisation_histogram());
    MeasuredLattice result{{}, broadcast_bins(measured)};
    if (!context_.comm.is_root()) return result;
    result.lines = lines_of(measured, shape_);
    if (updates) result.lines.insert(result.lines.begin(), line_of(*updates));
    return result;
  }

 private:
  static FieldShape shape_of(const Context& context, const H5File& file) {
    const Shape shape = file.shape("/field");
    const Shape wanted = shape_of_fields(context.deck.params, shape.empty() ? 0 : shape[0]);
    file.require(shape == wanted, "holds no real fields on a lattice of lattice.size");
    return {wanted[2], wanted[3]};
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

  /// The r.m.s. field of the first configurations. Collective.
  double scale() const {
    const std::uint64_t count = std::min(std::clamp<std::uint64_t>(kFirstNumbers / shape_.sites(), 1, kFirstLook), samples_);
    std::vector<double> field(count * shape_.sites());
    file_.read_rows("/field", 0, count, field);
    double sum = 0.0;
    for (const double value : field) sum += value * value;
    require_all(context_.comm, [&] {
      if (!std::isfinite(sum)) throw NumericalError(file_.path().string() + " holds fields whose squares are too large for a double");
    });
    return sum > 0.0 ? std::sqrt(sum / static_cast<double>(field.size())) : 1.0;
  }

  const ConfigurationObserver& observer() const { return workers_.front().observer; }

  void observe(const std::string& what) {
    for_configurations(context_, what, file_, samples_,
                       {shape_.sites(), observer().layout().size(),
                        [&](std::size_t thread, std::span<const double> configuration, std::span<double> row) {
                          Worker& worker = workers_[thread];
                          worker.observer.observe(configuration, row);
                          for (const double value : configuration) worker.histogram.add(value);
                        },
                        [&](std::size_t number, std::span<const double> row) { sums_.add(chain_of_[number], row); }});
  }

  /// Estimates, and all that speaks against them. On the root.
  LatticeMeasurements evaluate(const std::optional<UpdateStatistics>& updates) const {
    LatticeMeasurements measured;
    measured.samples = samples_;
    measured.chains = sums_.series().front().size();
    measured.equilibrium = examine(sums_);
    const auto [binned, size] = bins_of(sums_, measured.equilibrium);
    measured.bin_size = size;
    measured.bins = binned.counts.size();
    measured.results = estimate_lattice(context_.deck.params.model, observer(), binned);
    measured.warnings = measured.equilibrium.warnings;
    if (binned.too_few) measured.warnings.push_back("only " + std::to_string(measured.bins) + " bins: errors are not to be trusted");
    if (const auto warning = warning_of_action(measured.results)) measured.warnings.push_back(*warning);
    if (updates) add_warnings(context_.deck.params.generate, *updates, measured.warnings);
    return measured;
  }

  std::size_t broadcast_bins(const LatticeMeasurements& measured) const {
    std::vector<double> bins(1);
    if (context_.comm.is_root()) {
      const auto most = static_cast<std::size_t>(context_.deck.params.measure.bins);
      bins[0] = static_cast<double>(bins_of_sweeps(measured.equilibrium, samples_, measured.chains, most));
    }
    context_.comm.broadcast(bins);
    return static_cast<std::size_t>(bins[0]);
  }

  std::optional<std::string> warning_of_action(const LatticeResults& results) const {
    const double value = results.quantities.value.back(), error = results.quantities.error.back();
    if (std::fabs(value - 1.0) <= 5.0 * error) return std::nullopt;
    const char* reason = finished_  ? "the samples are not finished: raise sample.finish"
                         : sampled_ ? "the score is not exact, or the backward process has too few steps; sample.finish makes samples exact"
                                    : "this is not the action of these configurations, or a step size is too large";
    return formatted("<phi dS/dphi> = %.6g +- %.2g is not 1: %s", value, error, reason);
  }

  Histogram site_histogram() const {
    Histogram sites = workers_.front().histogram;
    for (std::size_t i = 1; i < workers_.size(); ++i) {
      for (std::size_t cell = 0; cell < sites.counts.size(); ++cell) sites.counts[cell] += workers_[i].histogram.counts[cell];
    }
    context_.comm.sum(std::span<std::int64_t>(sites.counts));
    return sites;
  }

  /// On the root.
  Histogram magnetisation_histogram() const {
    double most = 0.0;
    for (const auto& chain : sums_.series()[0]) {
      for (const double value : chain) most = std::max(most, std::fabs(value));
    }
    Histogram histogram(most > 0.0 ? most : 1.0, cells());
    for (const auto& chain : sums_.series()[0]) {
      for (const double value : chain) histogram.add(value);
    }
    return histogram;
  }

  const Context& context_;
  std::string group_;
  const H5File& file_;
  FieldShape shape_;
  std::uint64_t samples_;
  bool sampled_, finished_;  ///< by a backward process, by Markov chains from such samples
  std::vector<std::size_t> chain_of_;
  std::vector<Worker> workers_;
  ChainSums sums_;
};

}  // namespace

MeasuredLattice measure_lattice(const Context& context, const std::string& name, const H5File& file, H5File& out) {
  return LatticeMeasurement(context, name, file).run(out);
}

}  // namespace scorefield
