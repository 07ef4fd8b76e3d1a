#include "stages/measure_complex_lattice.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "base/text.h"
#include "observables/equilibrium.h"
#include "stages/chains_of_file.h"
#include "stages/complex_lattice_estimates.h"
#include "stages/configuration_rows.h"
#include "stages/contents.h"
#include "stages/verdict_output.h"
#include "stages/write_estimate.h"

namespace scorefield {
namespace {

/// What one thread works with.
struct Worker {
  ComplexFieldObserver observer;
  std::vector<double> drifts = std::vector<double>(kDriftCells, 0.0);

  void observe(std::span<const double> field, std::span<double> row) {
    observer.observe(field, row);
    drifts[drift_cell(observer.largest_drift() * observer.largest_drift(), 1.0)] += 1.0;
  }
};

class ComplexMeasurement {
 public:
  ComplexMeasurement(const Context& context, const std::string& name, const H5File& file)
      : context_(context),
        group_("/" + name),
        file_(file),
        action_(make_complex_field_action(context.deck.params.model)),
        shape_(shape_of(context, file)),
        samples_(file.shape("/field")[0]),
        chain_of_(chains_of_file(context, file, samples_)),
        workers_(make_workers()),
        sums_(lengths_of_chains(chain_of_), observer().size(), series()) {}

  MeasuredComplexLattice run(H5File& out, const MeasuredComplexLattice* ensemble) {
    file_.require(samples_ > 1, "has one configuration, too few for an error: make more");
    observe();
    ComplexLatticeResults results;
    Equilibrium equilibrium;
    std::size_t bins = 0;
    require_all(context_.comm, [&] {
      if (!context_.comm.is_root()) return;
      equilibrium = examine(sums_);
      const ChainSums::Binned binned = bins_of(sums_, equilibrium).binned;
      bins = binned.counts.size();
      results = estimate_complex_lattice(context_.deck.params.model, shape_, observer(), binned, drifts_, equilibrium);
    });
    write(out, results, equilibrium, bins);
    const auto most = static_cast<std::size_t>(context_.deck.params.measure.bins);
    const std::size_t chain_bins = bins_of_sweeps(equilibrium, samples_, sums_.series().front().size(), most);
    MeasuredComplexLattice measured{{}, chain_bins, bins, results.cumulants, results.spectrum};
    share(measured);
    if (context_.comm.is_root()) measured.lines = lines_of(results, equilibrium);
    if (ensemble != nullptr) compare(out, measured, *ensemble);
    return measured;
  }

 private:
  static FieldShape shape_of(const Context& context, const H5File& file) {
    const Shape shape = file.shape("/field");
    const Shape wanted = shape_of_fields(context.deck.params, shape.empty() ? 0 : shape[0]);
    file.require(shape == wanted, "holds no complex fields on a lattice of lattice.size");
    return {wanted[2], wanted[3]};
  }

  std::vector<Worker> make_workers() const {
    std::vector<Worker> workers;
    for (int i = 0; i < thread_count(); ++i) workers.push_back({ComplexFieldObserver(shape_, *action_)});
    return workers;
  }

  std::vector<SeriesOf> series() const {
    const auto place = [](std::size_t at) { return [at](std::span<const double> row) { return row[at]; }; };
    const std::size_t xx = observer().averages(), yy = xx + 2;
    return {{"Re z^2", place(2)},
            {"Im z^2", place(3)},
            {"x^2 + y^2", [xx, yy](std::span<const double> row) { return row[xx] + row[yy]; }},
            {"Re V M^2", place(2 * ComplexFieldObserver::kMagnetisation)}};
  }

  const ComplexFieldObserver& observer() const { return workers_.front().observer; }

  void observe() {
    for_configurations(context_, "measure " + group_.substr(1), file_, samples_,
                       {observer().numbers(), observer().size(),
                        [&](std::size_t thread, std::span<const double> configuration, std::span<double> row) {
                          workers_[thread].observe(configuration, row);
                        },
                        [&](std::size_t number, std::span<const double> row) { sums_.add(chain_of_[number], row); }});
    drifts_.assign(kDriftCells, 0.0);
    for (const Worker& worker : workers_) {
      for (std::size_t cell = 0; cell < kDriftCells; ++cell) drifts_[cell] += worker.drifts[cell];
    }
    context_.comm.sum(std::span(drifts_));
  }

  void write(H5File& out, const ComplexLatticeResults& results, const Equilibrium& equilibrium, std::size_t bins) const {
    write_estimate(out, group_ + "/averages", results.averages, {observer().names().size(), 2});
    out.set_attribute(group_ + "/averages", "names", joined(observer().names(), ","));
    write_estimate(out, group_ + "/cumulants", results.cumulants, {kMaxOrder, 2});
    out.write_all(group_ + "/cumulants/covariance", {2 * kMaxOrder, 2 * kMaxOrder}, results.cumulants.covariance);
    write_estimate(out, group_ + "/plane", results.plane, {kPlanePowers.size()});
    write_estimate(out, group_ + "/spectrum", results.spectrum, {shape_.y, shape_.half_x(), 2});
    std::vector<double> exact = results.exact_spectrum;
    context_.comm.broadcast(exact);  // whether there is one is known to the root alone
    if (!exact.empty()) out.write_all(group_ + "/spectrum/exact", {shape_.y, shape_.half_x(), 2}, exact);
    write_estimate(out, group_ + "/criteria/schwinger_dyson", results.criteria.schwinger_dyson, {kMaxOrder, 2});
    out.write_all(group_ + "/criteria/boundary/cutoff", {kCutoffs}, observer().cutoffs());
    out.write_all(group_ + "/criteria/boundary/outside", {kCutoffs}, results.criteria.outside.value);
    write_estimate(out, group_ + "/criteria/boundary", results.criteria.boundary, {kCutoffs, kBoundaryPowers.size(), 2});
    out.write_all(group_ + "/drift/lower_edge", {kDriftCells}, drift_edges(1.0));
    out.write_all(group_ + "/drift/counts", {kDriftCells}, drifts_, Stored::int64);
    write_verdict(out, group_ + "/criteria", results.verdict.word(), results.verdict.text(), numbers_of(results.verdict));
    for (const char* name : {"process", "score", "sampler"}) {
      if (const auto text = file_.text_attribute("/field", name)) out.set_attribute(group_, name, *text);
    }
    out.set_attribute(group_, "warnings", joined(equilibrium.warnings, "; "));
    out.set_attribute(group_, "samples", static_cast<std::int64_t>(samples_));
    out.set_attribute(group_, "chains", static_cast<std::int64_t>(sums_.series().front().size()));
    out.set_attribute(group_, "bins", static_cast<std::int64_t>(bins));
    out.set_attribute(group_, "tau_int", equilibrium.tau_int);
  }

  /// What the root knows, on all ranks.
  void share(MeasuredComplexLattice& measured) const {
    std::vector<double> counts = {static_cast<double>(measured.chain_bins), static_cast<double>(measured.bins)};
    context_.comm.broadcast(counts);
    measured.chain_bins = static_cast<std::size_t>(counts[0]);
    measured.bins = static_cast<std::size_t>(counts[1]);
    for (Estimate* estimate : {&measured.cumulants, &measured.spectrum}) {
      for (auto* values : {&estimate->value, &estimate->error, &estimate->covariance}) context_.comm.broadcast(*values);
    }
  }

  /// Samples less the ensemble, into the group against_ensemble. Collective.
  void compare(H5File& out, MeasuredComplexLattice& measured, const MeasuredComplexLattice& ensemble) const {
    const bool told = shares_fluctuations(context_.deck.params, file_.text_attribute("/field", "score").value_or("exact"));
    ComplexLatticeDifference off;
    require_all(context_.comm, [&] {
      off = difference_of({measured.cumulants, measured.spectrum, measured.bins}, {ensemble.cumulants, ensemble.spectrum, ensemble.bins},
                          told, shape_);
    });
    const std::string group = group_ + "/against_ensemble";
    write_estimate(out, group + "/cumulants", off.cumulants, {kMaxOrder, 2});
    write_estimate(out, group + "/spectrum", off.spectrum, {shape_.y, shape_.half_x(), 2});
    out.set_attribute(group, "p_value", off.p_value);
    out.set_attribute(group, "told", static_cast<std::int64_t>(told ? 1 : 0));
    out.set_attribute(group, "spectrum_chi_squared", off.squares);
    out.set_attribute(group, "spectrum_numbers", static_cast<std::int64_t>(off.modes));
    if (!context_.comm.is_root()) return;
    measured.lines.push_back(formatted(
        "  against the ensemble: kappa_2, 4, 6, 8 p = %.2g, largest %.1f sigma; spectrum chi^2 = %.0f of %d numbers, largest %.1f sigma",
        off.p_value, off.largest_cumulant, off.squares, static_cast<int>(off.modes), off.largest_mode));
  }

  std::vector<std::string> lines_of(const ComplexLatticeResults& results, const Equilibrium& equilibrium) const {
    std::vector<std::string> lines;
    for (const std::size_t n : {2u, 4u, 6u, 8u}) {
      const Estimate& e = results.cumulants;
      const std::size_t at = 2 * n - 2;
      lines.push_back(formatted("  kappa_%d %12.6g +- %-8.2g %12.6g +- %-8.2g i", static_cast<int>(n), e.value[at], e.error[at],
                                e.value[at + 1], e.error[at + 1]));
    }
    for (std::size_t i = ComplexFieldObserver::kOfModel; i < observer().names().size(); ++i) {
      const Estimate& e = results.averages;
      lines.push_back(formatted("  %-7s %12.6g +- %-8.2g %12.6g +- %-8.2g i", observer().names()[i].c_str(), e.value[2 * i], e.error[2 * i],
                                e.value[2 * i + 1], e.error[2 * i + 1]));
    }
    lines.push_back(formatted("  tau_int %.2f configurations", equilibrium.tau_int));
    for (const std::string& warning : equilibrium.warnings) lines.push_back("  warning: " + warning);
    lines.push_back("  " + results.verdict.text());
    return lines;
  }

  const Context& context_;
  std::string group_;
  const H5File& file_;
  std::unique_ptr<ComplexFieldAction> action_;
  FieldShape shape_;
  std::uint64_t samples_;
  std::vector<std::size_t> chain_of_;
  std::vector<Worker> workers_;
  ChainSums sums_;
  std::vector<double> drifts_;
};

}  // namespace

MeasuredComplexLattice measure_complex_lattice(const Context& context, const std::string& name, const H5File& file,
                                               const MeasuredComplexLattice* ensemble, H5File& out) {
  return ComplexMeasurement(context, name, file).run(out, ensemble);
}

}  // namespace scorefield
