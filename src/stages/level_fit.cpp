#include "stages/level_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/parallel.h"
#include "denoiser/component_features.h"
#include "denoiser/linear_part.h"

namespace scorefield {
namespace {

constexpr std::int64_t kApart = 40;  // updates at least between two means
constexpr double kMargin = 1.25;     // over the largest correction that the fit saw

std::int64_t updates_apart(const TrainParams& train) { return std::max(kApart, 2 * train.updates); }

/// In what the limit on R is told, component by component.
std::vector<double> units_of(const FieldReference& reference) {
  if (!reference.basis) return {1.0};
  const std::array<double, 2> units = component_units(reference);
  std::vector<double> all;
  for (std::size_t c = 0; c < reference.basis->components(); ++c) all.push_back(units[c % 2]);
  return all;
}

/// The largest |R| at a site, over a part of the configurations that the level was fitted to. Collective.
double largest_correction(LevelWork& work, double ratio, std::size_t level, const FieldModel& model) {
  const ReferenceLevel at(model.reference, ratio);
  const FeatureCorrection correction(model.reference, model.fit);
  const auto evaluators = work.evaluators_of(correction);
  const std::vector<double> units = units_of(model.reference);
  std::vector<double> largest(work.workers().size(), 0.0);
  Selection part = work.selection(level, work.params().train.per_level);
  part.count = (part.count + 3) / 4;
  work.for_configurations(part, [&](LevelWorker& worker, std::int64_t j, std::span<const double> phi, std::span<double> /*to*/) {
    const auto thread = static_cast<std::size_t>(thread_number());
    work.add_noise(worker, level, j, ratio, phi);
    evaluators[thread]->evaluate(at, worker.noisy_h, worker.score);
    worker.modes.to_sites(worker.score, worker.score);
    for (std::size_t i = 0; i < worker.score.size(); ++i) {
      largest[thread] = std::max(largest[thread], std::fabs(worker.score[i]) / units[i / model.reference.shape.sites()]);
    }
  });
  return work.largest_of_all(largest);
}

}  // namespace

void fit_level(LevelWork& work, const std::vector<double>& ratios, std::size_t level, FieldModel& model) {
  const double ratio = ratios[level];
  const TrainParams& train = work.params().train;
  const ReferenceLevel at(model.reference, ratio);
  const bool posterior = train.target == "posterior";
  std::vector<double> largest(work.workers().size(), 0.0);
  for (const auto& worker : work.workers()) {
    worker->fitter->set_level(at);
    if (worker->posterior) worker->posterior->set_noise(ratio, model.reference.site_variance());
  }
  const auto sums = work.sum_configurations(
      work.selection(level, train.per_level), work.workers()[0]->fitter->numbers(),
      [&](LevelWorker& worker, std::int64_t j, std::span<const double> phi, std::span<double> to) {
        work.add_noise(worker, level, j, ratio, phi);
        if (posterior) {
          worker.posterior->start(static_cast<std::int64_t>(level) * train.per_level + j, worker.noisy, phi);
          LevelWork::posterior_mean(worker, train.updates, worker.first_h);
        } else {
          worker.modes.to_modes(phi, worker.first_h);
        }
        double& most = largest[static_cast<std::size_t>(thread_number())];
        most = std::max(most, worker.fitter->add(worker.noisy_h, worker.first_h, to));
      },
      kFitGroups);
  const Comm& comm = work.context().comm;
  const double bound = work.largest_of_all(largest);
  FitSolution solution;
  require_all(comm, [&] { solution = work.workers()[0]->fitter->solve(sums); });
  for (auto* values : {&solution.coefficients, &solution.linear, &solution.zero}) comm.broadcast(*values);
  FeatureFit& fit = model.fit;
  fit.ratios.push_back(ratio);
  fit.deviations.push_back(std::sqrt(at.denoised_variance()));
  fit.bounds.push_back(bound);
  fit.coefficients.push_back(solution.coefficients);
  fit.linear.push_back(solution.linear);
  fit.zero.push_back(solution.zero);
  fit.limits.push_back(std::numeric_limits<double>::infinity());
  fit.limits.back() = kMargin * largest_correction(work, ratio, level, model);
}

void take_over_level(LevelWork& work, const std::vector<double>& ratios, std::size_t level, const FeatureFit& source, FieldModel& model) {
  const double ratio = ratios[level];
  const FeatureFit::Level taken = source.at(ratio);
  FeatureFit& fit = model.fit;
  fit.ratios.push_back(ratio);
  fit.deviations.push_back(taken.scales.deviation);
  fit.bounds.push_back(taken.scales.bound);
  fit.limits.push_back(taken.limit);
  fit.coefficients.push_back(taken.coefficients);
  fit.linear.emplace_back(numbers_of_linear(model.reference), 0.0);
  fit.zero.emplace_back(kZeroFunctions, 0.0);
  const ReferenceLevel at(model.reference, ratio);
  const LinearPart part(model.reference);
  FeatureFit uncut = fit;
  uncut.limits.back() = std::numeric_limits<double>::infinity();  // before the linear part is out, R is much larger than after
  const FeatureCorrection correction(model.reference, uncut);
  const auto evaluators = work.evaluators_of(correction);
  const auto sums =
      work.sum_configurations(work.selection(level, work.params().train.per_level), part.numbers(),
                              [&](LevelWorker& worker, std::int64_t j, std::span<const double> phi, std::span<double> to) {
                                work.add_noise(worker, level, j, ratio, phi);
                                evaluators[static_cast<std::size_t>(thread_number())]->evaluate(at, worker.noisy_h, worker.score);
                                part.add(at, worker.noisy_h, worker.score, to);
                              });
  LinearPart::Solution solution;
  require_all(work.context().comm, [&] { solution = part.solve(sums); });
  for (auto* values : {&solution.linear, &solution.zero}) work.context().comm.broadcast(*values);
  fit.linear.back() = solution.linear;
  fit.zero.back() = solution.zero;
}

std::int64_t updates_of_validation(const TrainParams& train) { return 2 * train.updates + updates_apart(train); }

std::array<double, 4> validate_level(LevelWork& work, const std::vector<double>& ratios, std::size_t level, const Correction& correction) {
  const double ratio = ratios[level];
  const TrainParams& train = work.params().train;
  const FieldReference& reference = work.reference();
  const ReferenceLevel at(reference, ratio);
  for (const auto& worker : work.workers()) worker->posterior->set_noise(ratio, reference.site_variance());
  const auto evaluators = work.evaluators_of(correction);
  const std::int64_t count = train.validation, first_chain = static_cast<std::int64_t>(ratios.size()) * train.per_level;
  const std::size_t step = ratios.size() + level;
  const auto sums = work.sum_configurations(
      work.selection(step, count), 4, [&](LevelWorker& worker, std::int64_t j, std::span<const double> phi, std::span<double> to) {
        work.add_noise(worker, step, j, ratio, phi);
        worker.posterior->start(first_chain + static_cast<std::int64_t>(level) * count + j, worker.noisy, phi);
        LevelWork::posterior_mean(worker, train.updates, worker.first_h);
        LevelWork::posterior_mean(worker, updates_apart(train), worker.second_h);
        LevelWork::posterior_mean(worker, train.updates, worker.second_h);
        evaluators[static_cast<std::size_t>(thread_number())]->evaluate(at, worker.noisy_h, worker.score);
        std::fill(worker.mean.begin(), worker.mean.end(), 0.0);
        at.add_denoised(worker.noisy_h, worker.mean);
        double left = 0.0, all = 0.0;
        for (std::size_t k = 0; k < work.per_configuration(); ++k) {
          const double a = worker.first_h[k] - worker.mean[k], b = worker.second_h[k] - worker.mean[k], r = worker.score[k];
          left += (a - r) * (b - r);
          all += a * b;
        }
        to[0] += left;
        to[1] += left * left;
        to[2] += all;
        to[3] += all * all;
      });
  const double posterior_variance = at.posterior_variance() * static_cast<double>(work.per_configuration());
  const auto n = static_cast<double>(count);
  std::array<double, 4> distance{};
  for (const std::size_t i : {0, 2}) {
    const double mean = sums[i] / n, square = sums[i + 1] / n;
    distance[i] = mean / posterior_variance;
    distance[i + 1] = std::sqrt(std::max(0.0, square - mean * mean) / std::max(1.0, n - 1.0)) / posterior_variance;
  }
  return distance;
}

}  // namespace scorefield
