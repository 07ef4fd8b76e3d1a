#include "stages/measure_plane_process.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "observables/plane_estimates.h"
#include "observables/plane_recorder.h"
#include "stages/process_comparison.h"
#include "stages/write_estimate.h"

namespace scorefield {
namespace {

constexpr std::size_t kOrders = 2 * kMaxOrder;  // Re and Im of orders 1 .. 8
constexpr std::size_t kPlane = 2 * kOrders;     // behind moments and cumulants
constexpr std::size_t kAll = kPlane + kPlanePowers.size();

/// Re and Im of cumulants 2, 4, 6, 8.
const std::vector<int> kEven = {18, 19, 22, 23, 26, 27, 30, 31};

/// Moments of z and, behind them, of the plane, with the cumulants between.
std::vector<double> with_cumulants(std::span<const double> moments) {
  ComplexOrders orders;
  for (std::size_t n = 0; n < orders.size(); ++n) orders[n] = {moments[2 * n], moments[2 * n + 1]};
  const std::vector<double> cumulants = in_pairs(complex_cumulants(orders));
  std::vector<double> all(moments.begin(), moments.begin() + kOrders);
  all.insert(all.end(), cumulants.begin(), cumulants.end());
  all.insert(all.end(), moments.begin() + kOrders, moments.end());
  return all;
}

/// Those orders of a recorder's means that are told.
std::vector<double> moments_of(std::span<const double> means) {
  std::vector<double> moments(means.begin(), means.begin() + kOrders);
  moments.insert(moments.end(), means.begin() + kHolomorphicSums, means.end());
  return moments;
}

std::vector<double> results_of(std::span<const double> means) { return with_cumulants(moments_of(means)); }

/// Samples less what the law makes of the walkers. Means and covariance of what a model was told differ by the samples' error alone. How
/// much of the higher orders is told is not known; taken for independent, their errors are too large rather than too small.
Estimate difference(const Estimate& samples, const Estimate& law, bool told) {
  Estimate d = with_errors_of(law, samples, [&](std::size_t i) { return told && (i < kPlane ? i % kOrders < 4 : i < kPlane + 3); });
  for (std::size_t i = 0; i < d.value.size(); ++i) d.value[i] -= law.value[i];
  return d;
}

/// Everything of a process, row by row of levels.
struct Measured {
  Estimate all;             ///< [level][kAll]
  std::vector<double> law;  ///< the same, empty without a start
  std::vector<double> pulls, p_values;
};

class Measurement {
 public:
  Measurement(const RecordedProcess& process, const RecordedProcess* start, bool told)
      : process_(process), start_(start), told_(told), sums_(process.read_sums("/power_sums")) {
    if (start_ != nullptr) start_sums_ = start_->read_sums("/power_sums");
  }

  Measured run() const {
    Measured measured;
    for (std::size_t k = 0; k < process_.levels().size(); ++k) {
      const Estimate here = jackknife(process_.bins_of(sums_, k), process_.sizes(), results_of);
      append(measured.all, here);
      if (start_ != nullptr) compare(here, k, measured);
    }
    return measured;
  }

 private:
  void compare(const Estimate& here, std::size_t k, Measured& measured) const {
    const NoiseLevel& level = process_.levels()[k];
    const auto law = [&](std::span<const double> means) { return with_cumulants(plane_moments_at(moments_of(means), level)); };
    const Estimate expected = jackknife(start_->bins_of(start_sums_, 0), start_->sizes(), law);
    measured.law.insert(measured.law.end(), expected.value.begin(), expected.value.end());
    const bool itself = start_ == &process_;
    if (itself && k == 0) {
      measured.pulls.insert(measured.pulls.end(), kEven.size(), 0.0);
      measured.p_values.push_back(NAN);
      return;
    }
    const Estimate off = itself ? deviation_from_start(process_, sums_, k, results_of, law) : difference(here, expected, told_);
    for (const int i : kEven) measured.pulls.push_back(off.value[static_cast<std::size_t>(i)] / off.error[static_cast<std::size_t>(i)]);
    const std::vector<double> none(kAll, 0.0);
    const std::size_t bins = std::min(process_.bins(), start_->bins());
    measured.p_values.push_back(p_value_of(off, none, kEven, bins));
  }

  const RecordedProcess& process_;
  const RecordedProcess* start_;
  bool told_;  ///< the model, of the ensemble that the law starts from
  std::vector<double> sums_, start_sums_;
};

/// Columns first, ..., first + count - 1 of each level.
std::vector<double> columns(const std::vector<double>& rows, std::size_t first, std::size_t count) {
  std::vector<double> chosen;
  for (std::size_t at = first; at < rows.size(); at += kAll) {
    chosen.insert(chosen.end(), rows.begin() + static_cast<std::ptrdiff_t>(at), rows.begin() + static_cast<std::ptrdiff_t>(at + count));
  }
  return chosen;
}

void write_columns(H5File& out, const std::string& dataset, const Measured& measured, std::size_t first, const Shape& shape) {
  std::size_t count = 1;
  for (std::size_t axis = 1; axis < shape.size(); ++axis) count *= shape[axis];
  const Estimate e{columns(measured.all.value, first, count), columns(measured.all.error, first, count), {}};
  measured.law.empty() ? write_estimate(out, dataset, e, shape)
                       : write_estimate(out, dataset, e, shape, columns(measured.law, first, count));
}

std::string line_of(const std::string& name, const Measured& measured) {
  const std::string p_values = text_of_p_values(measured.p_values);
  if (p_values.empty()) return "  " + name + ": nothing to compare with";
  double most = 0.0;
  for (const double pull : measured.pulls) most = std::max(most, std::fabs(pull));
  return formatted("  %s: kappa_n f^n along the process: %s; largest pull %.1f", name.c_str(), p_values.c_str(), most);
}

}  // namespace

std::vector<std::string> measure_plane_process(const Context& context, const std::string& name, const H5File& file,
                                               const std::string& source, const H5File* start, std::size_t chain_bins, H5File& out) {
  const RecordedProcess process(file, source, start == &file ? chain_bins : static_cast<std::size_t>(context.deck.params.measure.bins));
  std::optional<RecordedProcess> other;
  if (start != nullptr && start != &file) other.emplace(*start, "/forward", chain_bins);
  const Measurement measurement(process,
                                start == nullptr ? nullptr
                                : other          ? &*other
                                                 : &process,
                                shares_fluctuations(context.deck.params, file.text_attribute(source, "score").value_or("exact")));
  Measured measured;
  require_all(context.comm, [&] { measured = measurement.run(); });
  const std::string group = "/" + name;
  const std::uint64_t levels = process.levels().size();
  process.write_levels(out, group);
  write_columns(out, group + "/moments", measured, 0, {levels, kMaxOrder, 2});
  write_columns(out, group + "/cumulants", measured, kOrders, {levels, kMaxOrder, 2});
  write_columns(out, group + "/plane", measured, kPlane, {levels, kPlanePowers.size()});
  if (!measured.p_values.empty()) {
    out.write_all(group + "/pull", {levels, kEven.size()}, measured.pulls);
    out.write_all(group + "/p_value", {levels}, measured.p_values);
  }
  if (!context.comm.is_root()) return {};
  return {line_of(name, measured)};
}

}  // namespace scorefield
