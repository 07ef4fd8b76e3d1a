#include "stages/measure_field_process.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "stages/process_comparison.h"
#include "stages/write_estimate.h"

namespace scorefield {
namespace {

const std::vector<int> kEvenCumulants = {1, 3, 5, 7};

using Means = std::span<const double>;

void append(std::vector<double>& to, std::span<const double> from) { to.insert(to.end(), from.begin(), from.end()); }

/// What a process recorded.
struct Sums {
  explicit Sums(const RecordedProcess& process)
      : powers(process.read_sums("/power_sums")),
        exponentials(process.read_sums("/exponential_sums")),
        zero(process.read_sums("/zero_mode_sums")),
        modes(process.read_sums("/mode_sums")) {}
  std::vector<double> powers, exponentials, zero, modes;
};

/// At one level.
struct LevelOfFields {
  LevelEstimates sites;
  Estimate modes;
};

Orders orders_of(const std::vector<double>& values) {
  Orders orders{};
  std::copy_n(values.begin(), kMaxOrder, orders.begin());
  return orders;
}

/// kappa_n f^n, and Xi for n = 2.
std::vector<double> cumulants_from(const std::vector<double>& initial, const NoiseLevel& level) {
  const Orders kappa = cumulants_at(orders_of(initial), level);
  return {kappa.begin(), kappa.end()};
}

/// G_0 f^2 + Xi.
std::vector<double> modes_at(Means initial, const NoiseLevel& level) {
  std::vector<double> result;
  for (const double g : initial) result.push_back(g * level.kept * level.kept + level.noise_variance);
  return result;
}

/// Cumulants of samples with the errors of kappa_n f^n, n > 2, added, from the ensemble's kappa_n. What a model was told of the ensemble
/// its samples have, too, with its fluctuation: kappa_2, like the modes, differs by the error of the samples alone. How much of the higher
/// ones is told is not known; taken for independent, their errors are too large rather than too small.
Estimate with_ensemble_errors(const Estimate& samples, Estimate ensemble, double kept) {
  const std::size_t n = ensemble.value.size();
  for (std::size_t i = 0; i < n; ++i) {
    ensemble.error[i] *= std::pow(kept, static_cast<double>(i + 1));
    for (std::size_t j = 0; j < n; ++j) ensemble.covariance[i * n + j] *= std::pow(kept, static_cast<double>(i + j + 2));
  }
  return with_errors_of(ensemble, samples, [](std::size_t i) { return i < 2; });
}

/// Everything of a process, row by row of levels.
struct ProcessEstimates {
  Estimate cumulants, generating, zero, modes;
  std::vector<double> cumulant_law, mode_law;
  std::vector<double> pulls;       ///< of kappa_2, 4, 6, 8 from the law, over their errors,
  std::vector<double> mode_pulls;  ///< and of the modes
  std::vector<double> p_values;    ///< of these together, and of the modes; NaN for too few bins
};

class ProcessMeasurement {
 public:
  ProcessMeasurement(const RecordedProcess& process, const RecordedProcess* start) : process_(process), start_(start), sums_(process) {
    if (start_ == nullptr) return;
    initial_ = start_ == &process_ ? estimate(process_, sums_, 0) : estimate(*start_, Sums(*start_), 0);
  }

  ProcessEstimates run() {
    ProcessEstimates all;
    for (std::size_t k = 0; k < process_.levels().size(); ++k) {
      const LevelOfFields here = estimate(process_, sums_, k);
      append(all.cumulants, here.sites.cumulants);
      append(all.generating, here.sites.generating_function);
      append(all.modes, here.modes);
      append(all.zero, jackknife(process_.bins_of(sums_.zero, k), process_.sizes(), means_themselves));
      if (start_ != nullptr) compare(here, k, all);
    }
    return all;
  }

 private:
  static LevelOfFields estimate(const RecordedProcess& process, const Sums& sums, std::size_t record) {
    return {estimate_level(process.bins_of(sums.powers, record), process.bins_of(sums.exponentials, record), process.sizes()),
            jackknife(process.bins_of(sums.modes, record), process.sizes(), means_themselves)};
  }

  /// Of the forward process, what is compared comes from the same configurations: the jackknife takes both at once. Its first level is what
  /// the law starts from.
  void compare(const LevelOfFields& here, std::size_t k, ProcessEstimates& all) const {
    const NoiseLevel& level = process_.levels()[k];
    const std::vector<double> cumulant_law = cumulants_from(initial_->sites.cumulants.value, level),
                              mode_law = modes_at(initial_->modes.value, level);
    append(all.cumulant_law, cumulant_law);
    append(all.mode_law, mode_law);
    const bool itself = start_ == &process_;
    if (itself && k == 0) {
      all.pulls.insert(all.pulls.end(), kEvenCumulants.size(), 0.0);
      all.mode_pulls.insert(all.mode_pulls.end(), mode_law.size(), 0.0);
      all.p_values.insert(all.p_values.end(), 2, NAN);
      return;
    }
    Estimate cumulants = here.sites.cumulants, modes = here.modes;
    if (itself) {
      cumulants = deviation_from_start(process_, sums_.powers, k, cumulants_of_means,
                                       [&](Means means) { return cumulants_from(cumulants_of_means(means), level); });
      modes = deviation_from_start(process_, sums_.modes, k, means_themselves, [&](Means means) { return modes_at(means, level); });
      for (std::size_t i = 0; i < cumulants.value.size(); ++i) cumulants.value[i] += cumulant_law[i];
      for (std::size_t i = 0; i < modes.value.size(); ++i) modes.value[i] += mode_law[i];
    } else {
      cumulants = with_ensemble_errors(cumulants, initial_->sites.cumulants, level.kept);
    }
    const auto pull = [](const Estimate& e, const std::vector<double>& law, std::size_t i) { return (e.value[i] - law[i]) / e.error[i]; };
    for (const int n : kEvenCumulants) all.pulls.push_back(pull(cumulants, cumulant_law, static_cast<std::size_t>(n)));
    for (std::size_t i = 0; i < mode_law.size(); ++i) all.mode_pulls.push_back(pull(modes, mode_law, i));
    std::vector<int> every(modes.value.size());
    for (std::size_t n = 0; n < every.size(); ++n) every[n] = static_cast<int>(n);
    const std::size_t bins = std::min(process_.bins(), start_->bins());
    all.p_values.push_back(p_value_of(cumulants, cumulant_law, kEvenCumulants, bins));
    all.p_values.push_back(p_value_of(modes, mode_law, every, process_.bins()));  // the samples' errors alone
  }

  const RecordedProcess& process_;
  const RecordedProcess* start_;
  Sums sums_;
  std::optional<LevelOfFields> initial_;
};

std::string line_of(const std::string& name, const ProcessEstimates& all) {
  if (all.p_values.empty()) return formatted("  %s: no forward process to compare with", name.c_str());
  double most = 0.0;
  for (const double pull : all.pulls) most = std::max(most, std::fabs(pull));
  const std::string p_values = text_of_p_values(all.p_values);
  if (p_values.empty()) return formatted("  %s: largest deviation from kappa_n f^n, G_0 f^2 + Xi %.1f sigma", name.c_str(), most);
  return formatted("  %s: kappa_n f^n, G_0 f^2 + Xi along the process: %s; largest pull of kappa_n %.1f", name.c_str(), p_values.c_str(),
                   most);
}

}  // namespace

std::vector<std::string> measure_field_process(const Context& context, const std::string& name, const H5File& file,
                                               const std::string& source, const H5File* start, std::size_t chain_bins, H5File& out) {
  const bool forward = start == &file;
  const RecordedProcess process(file, source, forward ? chain_bins : static_cast<std::size_t>(context.deck.params.measure.bins));
  std::optional<RecordedProcess> other;
  if (start != nullptr && !forward) other.emplace(*start, "/forward", chain_bins);
  const RecordedProcess* from = start == nullptr ? nullptr : other ? &*other : &process;
  ProcessMeasurement measurement(process, from);
  ProcessEstimates all;
  require_all(context.comm, [&] { all = measurement.run(); });
  const std::string group = "/" + name;
  const std::uint64_t records = process.levels().size();
  const auto write = [&](const char* dataset, const Estimate& e) {
    write_estimate(out, group + dataset, e, {records, e.value.size() / records});
  };
  const auto write_with_law = [&](const char* dataset, const Estimate& e, const std::vector<double>& law) {
    if (start == nullptr) return write(dataset, e);
    write_estimate(out, group + dataset, e, {records, e.value.size() / records}, law);
  };
  process.write(out, group);
  write_with_law("/cumulants", all.cumulants, all.cumulant_law);
  write_with_law("/modes", all.modes, all.mode_law);
  write("/zero_mode", all.zero);
  write("/generating_function", all.generating);
  if (file.exists(source + "/snapshots")) {
    out.write_all(group + "/snapshots", file.shape(source + "/snapshots"), process.read("/snapshots"));
  }
  if (!all.p_values.empty()) {
    out.write_all(group + "/pull", {records, kEvenCumulants.size()}, all.pulls);
    out.write_all(group + "/mode_pull", {records, all.mode_pulls.size() / records}, all.mode_pulls);
    out.write_all(group + "/p_value", {records, 2}, all.p_values);
  }
  if (!context.comm.is_root()) return {};
  return {line_of(name, all)};
}

}  // namespace scorefield
