#include "stages/update_history.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "ensemble/lattice_chains.h"
#include "statistics/autocorrelation.h"

namespace scorefield {
namespace {

constexpr std::uint64_t kPiece = 1 << 20;  // numbers that the root reads at once
constexpr double kSigmas = 5.0;
constexpr double kLeastAcceptance = 0.02;
constexpr double kFarFromWanted = 0.05;  // twice what rounding to whole steps makes of it

/// One number a configuration, by chain.
using Series = std::vector<std::vector<double>>;

Series by_chain(std::span<const double> values, std::span<const std::size_t> chain_of) {
  Series series(*std::max_element(chain_of.begin(), chain_of.end()) + 1);
  for (std::size_t i = 0; i < values.size(); ++i) series[chain_of[i]].push_back(values[i]);
  return series;
}

/// Calls action(values of a row) for all rows, on the root.
template <class Action>
void for_rows_on_root(const Context& context, const H5File& file, const std::string& name, const Action& action) {
  const Shape shape = file.shape(name);
  file.require(!shape.empty() && shape[0] == file.shape("/field").at(0) && (shape.size() == 1 || (shape.size() == 2 && shape[1] > 0)),
               "is damaged: " + name + " is not as long as /field");
  const std::uint64_t row = shape.size() > 1 ? shape[1] : 1, rows = std::max<std::uint64_t>(1, kPiece / row);
  std::vector<double> values;
  for (std::uint64_t begin = 0; begin < shape[0]; begin += rows) {
    const std::uint64_t count = context.comm.is_root() ? std::min(rows, shape[0] - begin) : 0;
    values.resize(count * row);
    file.read_rows(name, begin, count, values);
    for (std::uint64_t i = 0; i < count; ++i) action(std::span(values).subspan(i * row, row));
  }
}

/// What the chains went on with after the thermalisation.
StepTuner final_tuner(const GenerateParams& generate, std::span<const double> state) {
  StepTuner tuner(generate.step, generate.acceptance, tunes(generate) ? generate.thermalisation : 0);
  tuner.restore({state[1], state[2], static_cast<std::int64_t>(state[3])});
  return tuner;
}

}  // namespace

std::optional<UpdateStatistics> read_update_statistics(const Context& context, const H5File& file, std::span<const std::size_t> chain_of) {
  if (!file.exists("/history/delta_h")) return std::nullopt;
  std::vector<double> acceptance, exponential, state(4);
  for_rows_on_root(context, file, "/history/acceptance", [&](std::span<const double> row) { acceptance.push_back(row[0]); });
  for_rows_on_root(context, file, "/history/delta_h", [&](std::span<const double> row) {
    double sum = 0.0;
    for (const double delta_h : row) sum += std::exp(-delta_h);
    exponential.push_back(sum / static_cast<double>(row.size()));
  });
  file.read_rows("/state/numbers", 0, 1, state);
  UpdateStatistics updates;
  require_all(context.comm, [&] {
    if (!context.comm.is_root()) return;
    const GenerateParams& generate = context.deck.params.generate;
    const Autocorrelation accepted = gamma_method(by_chain(acceptance, chain_of)),
                          violation = gamma_method(by_chain(exponential, chain_of));
    const double step = final_tuner(generate, state).step();
    updates = {accepted.mean, accepted.error, violation.mean, violation.error, step, steps_of(generate.trajectory, step)};
  });
  return updates;
}

double tuned_step(const Context& context, const H5File& ensemble) {
  const GenerateParams& generate = context.deck.params.generate;
  if (!tunes(generate) || !ensemble.exists("/state/numbers")) return generate.step;
  std::vector<double> state(4);
  ensemble.read_rows("/state/numbers", 0, 1, state);
  return final_tuner(generate, state).step();
}

void write_update_statistics(H5File& out, const std::string& group, const UpdateStatistics& updates) {
  const std::string name = group + "/updates";
  out.create_group(name);
  out.set_attribute(name, "acceptance", updates.acceptance);
  out.set_attribute(name, "acceptance_error", updates.acceptance_error);
  out.set_attribute(name, "exp_minus_delta_h", updates.exp_minus_delta_h);
  out.set_attribute(name, "exp_minus_delta_h_error", updates.exp_minus_delta_h_error);
  out.set_attribute(name, "step", updates.step);
  out.set_attribute(name, "steps", updates.steps);
}

std::string line_of(const UpdateStatistics& updates) {
  return formatted("  acceptance %.4f +- %.2g, <exp(-dH)> = %.6g +- %.2g; %lld steps of %.4g an update", updates.acceptance,
                   updates.acceptance_error, updates.exp_minus_delta_h, updates.exp_minus_delta_h_error,
                   static_cast<long long>(updates.steps), updates.step);
}

void add_warnings(const GenerateParams& generate, const UpdateStatistics& updates, std::vector<std::string>& warnings) {
  if (std::fabs(updates.exp_minus_delta_h - 1.0) > kSigmas * updates.exp_minus_delta_h_error) {
    warnings.push_back(
        formatted("<exp(-dH)> = %.6g +- %.2g is not 1: the step is too large for it to be measured, or chains were not thermalised",
                  updates.exp_minus_delta_h, updates.exp_minus_delta_h_error));
  }
  if (updates.acceptance < kLeastAcceptance) {
    warnings.push_back(formatted("hardly any update was accepted (%.2g of them): take a smaller generate.step", updates.acceptance));
  } else if (tunes(generate) && updates.steps > 1 && std::fabs(updates.acceptance - generate.acceptance) > kFarFromWanted) {
    warnings.push_back(formatted("acceptance is %.2g where generate.acceptance = %.2g: the step was not tuned in so short a thermalisation",
                                 updates.acceptance, generate.acceptance));
  }
}

}  // namespace scorefield
