#include "stages/measure_field_process.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "denoiser/field_recorder.h"
#include "stages/field_sums.h"
#include "statistics/level_estimates.h"

namespace scorefield {
namespace {

const std::vector<int> kEvenCumulants = {1, 3, 5, 7};

void append(std::vector<double>& to, std::span<const double> from) { to.insert(to.end(), from.begin(), from.end()); }

/// Rows [block][record][...] of a recorded process, in bins.
class RecordedProcess {
 public:
  RecordedProcess(const H5File& file, std::string group, std::int64_t most_bins) : file_(file), group_(std::move(group)) {
    const std::vector<double> time = read("/time"), kept = read("/kept"), variance = read("/noise_variance");
    for (std::size_t k = 0; k < time.size(); ++k) levels_.push_back({time[k], kept[k], variance[k]});
    const std::vector<double> block_sizes = read("/block_sizes");
    blocks_ = block_sizes.size();
    bins_ = std::min(blocks_, static_cast<std::size_t>(most_bins));
    file_.require(bins_ > 1 && !levels_.empty(), "has so few configurations that they have no error: make at least 128");
    sizes_ = add_to_bins(block_sizes, blocks_, bins_);
  }

  std::vector<double> read(const std::string& dataset) const { return file_.read_all(group_ + dataset); }
  const std::vector<NoiseLevel>& levels() const { return levels_; }
  const std::vector<double>& sizes() const { return sizes_; }
  std::size_t bins() const { return bins_; }

  /// Sums of one record in all bins, [bin][quantity].
  std::vector<double> bins_of(const std::vector<double>& rows, std::size_t record) const {
    const std::size_t width = rows.size() / (blocks_ * levels_.size());
    std::vector<double> of_blocks;
    for (std::size_t b = 0; b < blocks_; ++b) append(of_blocks, std::span(rows).subspan((b * levels_.size() + record) * width, width));
    return add_to_bins(of_blocks, blocks_, bins_);
  }

 private:
  const H5File& file_;
  std::string group_;
  std::vector<NoiseLevel> levels_;
  std::size_t blocks_ = 0, bins_ = 0;
  std::vector<double> sizes_;
};

/// Cumulants and two-point function at one level, with what the law makes of others.
struct LevelOfFields {
  Estimate cumulants, modes;
};

std::vector<double> cumulants_of(std::span<const double> means) {
  Orders raw{};
  std::copy_n(means.begin(), kMaxOrder, raw.begin());
  const Orders kappa = cumulants_from_moments(raw);
  return {kappa.begin(), kappa.end()};
}

std::vector<double> same(std::span<const double> means) { return {means.begin(), means.end()}; }

/// kappa_n f^n, and Xi for n = 2.
std::vector<double> cumulants_from(const std::vector<double>& initial, const NoiseLevel& level) {
  Orders kappa{};
  std::copy_n(initial.begin(), kMaxOrder, kappa.begin());
  kappa = cumulants_at(kappa, level);
  return {kappa.begin(), kappa.end()};
}

/// G_0 f^2 + Xi.
std::vector<double> modes_at(const std::vector<double>& initial, const NoiseLevel& level) {
  std::vector<double> result;
  for (const double g : initial) result.push_back(g * level.kept * level.kept + level.noise_variance);
  return result;
}

/// Adds the covariance of the prediction from independent estimates, `factors` their derivatives.
void add_covariance(Estimate& to, const Estimate& initial, const std::vector<double>& factors) {
  const std::size_t n = to.value.size();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) to.covariance[i * n + j] += factors[i] * factors[j] * initial.covariance[i * n + j];
    to.error[i] = std::sqrt(std::max(0.0, to.covariance[i * n + i]));
  }
}

std::vector<double> powers_of(double f, std::size_t count) {
  std::vector<double> powers(count, 1.0);
  for (std::size_t n = 0; n < count; ++n) powers[n] = std::pow(f, static_cast<double>(n + 1));
  return powers;
}

/// Everything of a process, row by row of levels.
struct ProcessEstimates {
  Estimate cumulants, generating, zero, modes;
  std::vector<double> cumulant_law, mode_law;
  std::vector<double> pulls;     ///< of kappa_2, 4, 6, 8 from the law, over their errors
  std::vector<double> p_values;  ///< of these together, and of the modes; NaN for too few bins
};

void append(Estimate& to, const Estimate& from) {
  append(to.value, from.value);
  append(to.error, from.error);
}

/// The probability of what is further from the law, or NaN for too few bins to tell.
double p_value(const Estimate& estimate, const std::vector<double>& law, const std::vector<int>& components, std::size_t bins) {
  if (bins < 3 * components.size()) return NAN;
  return chi_squared(estimate, law, components, bins).p_value;
}

class ProcessMeasurement {
 public:
  ProcessMeasurement(const RecordedProcess& process, const RecordedProcess* start)
      : process_(process),
        start_(start),
        powers_(process.read("/power_sums")),
        exponentials_(process.read("/exponential_sums")),
        zero_(process.read("/zero_mode_sums")),
        modes_(process.read("/mode_sums")) {
    if (start_ == nullptr) return;
    initial_ = estimate(*start_, start_ == &process_ ? powers_ : start_->read("/power_sums"),
                        start_ == &process_ ? modes_ : start_->read("/mode_sums"), 0);
  }

  ProcessEstimates run() {
    ProcessEstimates all;
    for (std::size_t k = 0; k < process_.levels().size(); ++k) {
      const LevelOfFields here = estimate(process_, powers_, modes_, k);
      append(all.cumulants, here.cumulants);
      append(all.modes, here.modes);
      append(all.zero, jackknife(process_.bins_of(zero_, k), process_.sizes(), same));
      append(all.generating, jackknife(process_.bins_of(exponentials_, k), process_.sizes(), [](std::span<const double> means) {
               std::vector<double> logarithms;
               for (const double mean : means) logarithms.push_back(std::log(mean));
               return logarithms;
             }));
      if (start_ != nullptr) compare(here, k, all);
    }
    return all;
  }

 private:
  static LevelOfFields estimate(const RecordedProcess& process, const std::vector<double>& powers, const std::vector<double>& modes,
                                std::size_t record) {
    return {jackknife(process.bins_of(powers, record), process.sizes(), cumulants_of),
            jackknife(process.bins_of(modes, record), process.sizes(), same)};
  }

  /// Of the forward process, what is compared comes from the same configurations: the jackknife takes both at once. Its first level is what
  /// the law starts from.
  void compare(const LevelOfFields& here, std::size_t k, ProcessEstimates& all) const {
    const NoiseLevel& level = process_.levels()[k];
    const std::vector<double> cumulant_law = cumulants_from(initial_->cumulants.value, level),
                              mode_law = modes_at(initial_->modes.value, level);
    append(all.cumulant_law, cumulant_law);
    append(all.mode_law, mode_law);
    const bool itself = start_ == &process_;
    if (itself && k == 0) {
      all.pulls.insert(all.pulls.end(), kEvenCumulants.size(), 0.0);
      all.p_values.insert(all.p_values.end(), 2, NAN);
      return;
    }
    Estimate cumulants = here.cumulants, modes = here.modes;
    if (itself) {
      cumulants = together(powers_, k, cumulants_of, [&](const std::vector<double>& from) { return cumulants_from(from, level); });
      modes = together(modes_, k, same, [&](const std::vector<double>& from) { return modes_at(from, level); });
      for (std::size_t i = 0; i < cumulants.value.size(); ++i) cumulants.value[i] += cumulant_law[i];
      for (std::size_t i = 0; i < modes.value.size(); ++i) modes.value[i] += mode_law[i];
    } else {
      add_covariance(cumulants, initial_->cumulants, powers_of(level.kept, kMaxOrder));
      add_covariance(modes, initial_->modes, std::vector<double>(modes.value.size(), level.kept * level.kept));
    }
    for (const int n : kEvenCumulants) {
      const auto i = static_cast<std::size_t>(n);
      all.pulls.push_back((cumulants.value[i] - cumulant_law[i]) / cumulants.error[i]);
    }
    std::vector<int> every(modes.value.size());
    for (std::size_t n = 0; n < every.size(); ++n) every[n] = static_cast<int>(n);
    all.p_values.push_back(p_value(cumulants, cumulant_law, kEvenCumulants, process_.bins()));
    all.p_values.push_back(p_value(modes, mode_law, every, process_.bins()));
  }

  /// The deviation at level k from what the law makes of level 0.
  template <class Function, class Law>
  Estimate together(const std::vector<double>& rows, std::size_t k, const Function& function, const Law& law) const {
    const std::vector<double> first = process_.bins_of(rows, 0), here = process_.bins_of(rows, k);
    const std::size_t width = first.size() / process_.bins();
    std::vector<double> both;
    for (std::size_t b = 0; b < process_.bins(); ++b) {
      append(both, std::span(first).subspan(b * width, width));
      append(both, std::span(here).subspan(b * width, width));
    }
    return jackknife(both, process_.sizes(), [&](std::span<const double> means) {
      const std::vector<double> expected = law(function(means.first(width)));
      std::vector<double> deviation = function(means.subspan(width));
      for (std::size_t i = 0; i < deviation.size(); ++i) deviation[i] -= expected[i];
      return deviation;
    });
  }

  const RecordedProcess& process_;
  const RecordedProcess* start_;
  std::vector<double> powers_, exponentials_, zero_, modes_;
  std::optional<LevelOfFields> initial_;
};

void write(H5File& out, const std::string& group, const Shape& shape, const Estimate& estimate, const std::vector<double>& law) {
  out.write_all(group + "/value", shape, estimate.value);
  out.write_all(group + "/error", shape, estimate.error);
  if (!law.empty()) out.write_all(group + "/exact", shape, law);
}

std::string line_of(const std::string& name, const ProcessEstimates& all) {
  if (all.p_values.empty()) return formatted("  %s: no forward process to compare with", name.c_str());
  double most = 0.0, least = 1.0;
  std::vector<double> known;
  for (const double pull : all.pulls) most = std::max(most, std::fabs(pull));
  for (const double p : all.p_values) {
    if (!std::isnan(p)) known.push_back(p);
  }
  if (known.empty()) return formatted("  %s: largest deviation from kappa_n f^n, G_0 f^2 + Xi %.1f sigma", name.c_str(), most);
  std::sort(known.begin(), known.end());
  least = known.front();
  return formatted("  %s: kappa_n f^n, G_0 f^2 + Xi along the process: p-values from %.2g, median %.2g; largest pull of kappa_n %.1f",
                   name.c_str(), least, known[known.size() / 2], most);
}

}  // namespace

std::vector<std::string> measure_field_process(const Context& context, const std::string& name, const H5File& file,
                                               const std::string& source, const H5File* start, H5File& out) {
  const std::int64_t bins = context.deck.params.measure.bins;
  const RecordedProcess process(file, source, bins);
  std::optional<RecordedProcess> other;
  if (start != nullptr && start != &file) other.emplace(*start, "/forward", bins);
  const RecordedProcess* from = start == nullptr ? nullptr : other ? &*other : &process;
  ProcessMeasurement measurement(process, from);
  ProcessEstimates all;
  require_all(context.comm, [&] { all = measurement.run(); });
  const std::string group = "/" + name;
  const std::uint64_t records = process.levels().size();
  const auto width = [&](const Estimate& e) { return Shape{records, e.value.size() / records}; };
  for (const char* dataset : {"/time", "/kept", "/noise_variance"}) out.write_all(group + dataset, {records}, process.read(dataset));
  write(out, group + "/cumulants", width(all.cumulants), all.cumulants, all.cumulant_law);
  write(out, group + "/modes", width(all.modes), all.modes, all.mode_law);
  write(out, group + "/zero_mode", width(all.zero), all.zero, {});
  out.write_all(group + "/generating_function/source", width(all.generating), process.read("/sources"));
  write(out, group + "/generating_function", width(all.generating), all.generating, {});
  const std::vector<double> edges = process.read("/histogram_edges"), counts = process.read("/histogram_counts");
  out.write_all(group + "/histogram/edges", {records, edges.size() / records}, edges);
  out.write_all(group + "/histogram/counts", {records, counts.size() / records}, counts, Stored::int64);
  if (file.exists(source + "/snapshots")) {
    out.write_all(group + "/snapshots", file.shape(source + "/snapshots"), process.read("/snapshots"));
  }
  if (!all.p_values.empty()) {
    out.write_all(group + "/pull", {records, kEvenCumulants.size()}, all.pulls);
    out.write_all(group + "/p_value", {records, 2}, all.p_values);
  }
  double samples = 0.0;
  for (const double size : process.sizes()) samples += size;
  out.set_attribute(group, "samples", static_cast<std::int64_t>(samples));
  out.set_attribute(group, "bins", static_cast<std::int64_t>(process.bins()));
  for (const char* attribute : {"process", "score", "sampler"}) {
    if (const auto value = file.text_attribute(source, attribute)) out.set_attribute(group, attribute, *value);
  }
  if (!context.comm.is_root()) return {};
  return {line_of(name, all)};
}

}  // namespace scorefield
