#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "observables/finish_recording.h"
#include "stages/field_sums.h"
#include "stages/measure_field_process.h"
#include "statistics/cumulants.h"

namespace scorefield {
namespace {

using namespace finish;

/// What is told of each record, from the means of its columns and of those before all updates.
enum Result : std::size_t {
  of_kappa2,
  of_ratio4,
  of_ratio6,
  of_ratio8,
  of_abs_m,
  of_volume_m2,
  of_action_density,
  of_correlation_phi2,
  of_correlation_m2,
  of_correlation_action,
  of_left_phi2,
  of_left_m2,
  of_left_action,
  of_acceptance,
  of_exp_minus_delta_h,
  results_count
};
constexpr const char* kNames =
    "kappa2_Z2, kappa4_Z2/kappa2^2, kappa6_Z2/kappa2^3, kappa8_Z2/kappa2^4, abs_M, V_M2, action_density, correlation_phi2, correlation_M2, "
    "correlation_action, left_phi2, left_M2, left_action, acceptance, exp_minus_delta_h";

/// Correlation of a quantity with itself before all updates.
double correlation(std::span<const double> start, std::span<const double> now, std::size_t value, std::size_t product, std::size_t square) {
  const double before = start[square] - start[value] * start[value], after = now[square] - now[value] * now[value];
  return (now[product] - start[value] * now[value]) / std::sqrt(before * after);
}

/// `means`: columns before all updates, then those of the record. What relaxes as A_n - A = rho (A_0 - A) is still rho/(1 - rho) (A_n -
/// A_0) away from its mean A.
std::vector<double> evaluate(std::span<const double> means, double volume) {
  const auto start = means.first(columns), now = means.subspan(columns);
  const Orders kappa = cumulants_from_moments({0.0, now[phi2], 0.0, now[phi4], 0.0, now[phi6], 0.0, now[phi8]});
  std::vector<double> results(results_count);
  results[of_kappa2] = kappa[1];
  results[of_ratio4] = kappa[3] / (kappa[1] * kappa[1]);
  results[of_ratio6] = kappa[5] / std::pow(kappa[1], 3);
  results[of_ratio8] = kappa[7] / std::pow(kappa[1], 4);
  results[of_abs_m] = now[abs_m];
  results[of_volume_m2] = volume * now[m2];
  results[of_action_density] = now[action_density];
  results[of_correlation_phi2] = correlation(start, now, phi2, phi2_with_start, phi2_squared);
  results[of_correlation_m2] = correlation(start, now, m2, m2_with_start, m2_squared);
  results[of_correlation_action] = correlation(start, now, action_density, action_with_start, action_squared);
  const auto left = [&](Result of, Column column) {
    const double moved = now[column] - start[column];
    return moved == 0.0 ? 0.0 : results[of] / (1.0 - results[of]) * moved;  // nothing has moved yet: the correlation is 1
  };
  results[of_left_phi2] = left(of_correlation_phi2, phi2);
  results[of_left_m2] = volume * left(of_correlation_m2, m2);
  results[of_left_action] = left(of_correlation_action, action_density);
  results[of_acceptance] = now[acceptance];
  results[of_exp_minus_delta_h] = now[exp_minus_delta_h];
  return results;
}

}  // namespace

std::vector<std::string> measure_finish(const Context& context, const std::string& group, const H5File& file, H5File& out) {
  const std::vector<double> updates = file.read_all("/finish/updates"), block_sizes = file.read_all("/finish/block_sizes"),
                            sums = file.read_all("/finish/sums");
  const std::size_t records = updates.size(), blocks = block_sizes.size(),
                    bins = std::min(blocks, static_cast<std::size_t>(context.deck.params.measure.bins));
  file.require(bins > 1 && sums.size() == blocks * records * columns, "has too few configurations for errors of its finish: make 128");
  const double volume = static_cast<double>(context.deck.params.lattice.size[0] * context.deck.params.lattice.size[1]);
  const std::vector<double> sizes = add_to_bins(block_sizes, blocks, bins);
  const auto bins_of = [&](std::size_t record) {
    std::vector<double> rows;
    for (std::size_t b = 0; b < blocks; ++b) {
      for (const std::size_t from : {std::size_t{0}, record}) {
        const auto row = std::span(sums).subspan((b * records + from) * columns, columns);
        rows.insert(rows.end(), row.begin(), row.end());
      }
    }
    return add_to_bins(rows, blocks, bins);
  };
  Estimate all;
  require_all(context.comm, [&] {
    for (std::size_t k = 0; k < records; ++k) {
      const Estimate e = jackknife_errors(bins_of(k), sizes, [volume](std::span<const double> means) { return evaluate(means, volume); });
      all.value.insert(all.value.end(), e.value.begin(), e.value.end());
      all.error.insert(all.error.end(), e.error.begin(), e.error.end());
    }
  });
  const std::string name = group + "/finish";
  out.write_all(name + "/updates", {records}, updates, Stored::int64);
  out.write_all(name + "/value", {records, results_count}, all.value);
  out.write_all(name + "/error", {records, results_count}, all.error);
  out.set_attribute(name, "columns", std::string(kNames));
  if (!context.comm.is_root()) return {};
  const double *last = &all.value[(records - 1) * results_count], *error = &all.error[(records - 1) * results_count];
  return {
      formatted("  finished by %.0f updates: acceptance %.4f, <exp(-dH)> = %.5f +- %.2g", updates.back(), last[of_acceptance],
                last[of_exp_minus_delta_h], error[of_exp_minus_delta_h]),
      formatted("  correlation with the samples: phi^2 %.3f, M^2 %.3f, S %.3f (+- %.2g); so V M^2 may be %.2g from its mean, phi^2 %.1g",
                last[of_correlation_phi2], last[of_correlation_m2], last[of_correlation_action], error[of_correlation_m2], last[of_left_m2],
                last[of_left_phi2])};
}

}  // namespace scorefield
