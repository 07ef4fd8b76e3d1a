#include "stages/train_network.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/parallel.h"
#include "base/rng.h"
#include "denoiser/learning.h"
#include "denoiser/network_inputs.h"
#include "diffusion/schedule.h"
#include "lattice/symmetry.h"

namespace scorefield {
namespace {

constexpr std::int64_t kIntervals = 20;                      // of the training, after each of which the network is judged
constexpr std::int64_t kFirstChain = std::int64_t{1} << 40;  // beyond the chains of the fit and the validation
constexpr std::int64_t kHeldOutChains = std::int64_t{1} << 30;

/// Of the posterior chains of a batch; number 0 is held out.
std::int64_t first_chain(std::uint64_t number, std::int64_t total) {
  return number == 0 ? kFirstChain : kFirstChain + kHeldOutChains + static_cast<std::int64_t>(number) * total;
}

}  // namespace

/// What a thread makes batches with.
struct NetworkTraining::Helper {
  Helper(const FieldReference& reference, const Correction& features)
      : inputs(reference), evaluator(features.worker()), moved(reference.shape.sites()) {}
  NetworkInputs inputs;
  std::unique_ptr<CorrectionWorker> evaluator;
  std::vector<double> moved;  ///< the configuration, by a symmetry of the lattice
};

NetworkTraining::NetworkTraining(LevelWork& work, const FieldModel& model, std::vector<double> ratios)
    : work_(work),
      model_(model),
      ratios_(std::move(ratios)),
      features_(model.reference, model.fit),
      trainer_(learning(work.context().comm)
                   .field_trainer(work.context().comm, work.params(), model.reference.shape, work.seed(), work.device())) {
  for (std::size_t i = 0; i < work_.workers().size(); ++i) helpers_.emplace_back(model.reference, features_);
}

NetworkTraining::~NetworkTraining() = default;

/// The loss on what is held out; NAN if nothing is.
double NetworkTraining::loss_held_out() {
  const Params& params = work_.params();
  const std::int64_t samples = params.generate.samples, count = std::min(params.train.validation, held_out(params));
  if (count == 0) return NAN;
  if (!held_out_) held_out_ = make_batch(work_.selection(0, count, {samples - held_out(params), samples}), 0);
  return trainer_->loss(*held_out_, count);
}

FieldBatch NetworkTraining::make_batch(const Selection& chosen, std::uint64_t number) {
  const Range mine = chosen.numbers(work_.mine(chosen.pieces()));
  const std::int64_t total = chosen.count;
  const std::size_t sites = work_.per_configuration(), count = static_cast<std::size_t>(mine.size());
  FieldBatch batch{std::vector<float>(count * kNetworkInputs * sites), std::vector<float>(count * sites), std::vector<float>(count)};
  const Reference scale{0.0, model_.fit.scale};
  const double bottom = coordinate_of_ratio(ratios_.front(), scale.variance), top = coordinate_of_ratio(ratios_.back(), scale.variance);
  const std::uint64_t step = 4 * ratios_.size() + number;
  const TrainParams& train = work_.params().train;
  work_.for_configurations(chosen, [&](LevelWorker& worker, std::int64_t j, std::span<const double> phi, std::span<double> /*to*/) {
    Helper& helper = helpers_[static_cast<std::size_t>(thread_number())];
    std::array<double, 1 + Symmetry::kUniforms> random{};
    fill_uniforms({work_.seed(), Stream::train_level, number}, static_cast<std::uint64_t>(j) * random.size(), random);
    std::array<double, Symmetry::kUniforms> of_symmetry{};
    std::copy(random.begin() + 1, random.end(), of_symmetry.begin());
    apply(some_symmetry(model_.reference.shape, of_symmetry), model_.reference.shape, phi, helper.moved);
    const std::int64_t stratum = (j + Selection::kPiece * static_cast<std::int64_t>(number)) % total;  // each part of the ensemble sees all
    const double l = bottom + (top - bottom) * (static_cast<double>(stratum) + random[0]) / static_cast<double>(total);
    const double ratio = ratio_of_coordinate(l, scale);
    const ReferenceLevel at(model_.reference, ratio);
    work_.add_noise(worker, step, j, ratio, helper.moved);
    if (train.target == "posterior") {
      worker.posterior->set_noise(ratio, model_.reference.site_variance());
      worker.posterior->start(first_chain(number, total) + j, worker.noisy, helper.moved);
      LevelWork::posterior_mean(worker, train.updates, worker.first_h);
    } else {
      worker.modes.to_modes(helper.moved, worker.first_h);
    }
    helper.evaluator->evaluate(at, worker.noisy_h, worker.score);
    std::fill(worker.mean.begin(), worker.mean.end(), 0.0);
    at.add_denoised(worker.noisy_h, worker.mean);
    for (std::size_t k = 0; k < sites; ++k) worker.first_h[k] -= worker.mean[k] + worker.score[k];
    const auto place = static_cast<std::size_t>(j - mine.begin);
    helper.inputs.set_level(at);
    helper.inputs.fill(worker.noisy_h, worker.score,
                       std::span(batch.inputs).subspan(place * kNetworkInputs * sites, kNetworkInputs * sites));
    helper.inputs.to_target(worker.first_h, std::span(batch.targets).subspan(place * sites, sites));
    batch.coordinates[place] = static_cast<float>(l);
  });
  return batch;
}

double NetworkTraining::step() {
  const TrainParams& train = work_.params().train;
  const std::int64_t total = train.batch;
  const auto number = static_cast<std::uint64_t>(done()) + 1;
  const Selection chosen =
      work_.selection(static_cast<std::size_t>(number), total, {0, work_.params().generate.samples - held_out(work_.params())});
  const double loss = trainer_->step(make_batch(chosen, number), total);
  require_all(work_.context().comm, [&] {
    if (!std::isfinite(loss)) throw NumericalError("the loss of the network is not finite: lower train.learning-rate, or set train.clip");
  });
  record_.loss_sum += loss;
  if (done() % std::max<std::int64_t>(1, train.steps / kIntervals) == 0 || done() == train.steps) judge();
  return loss;
}

/// Keeps the averaged weights if no others did as well on what is held out, or nothing is.
void NetworkTraining::judge() {
  const double before = record_.steps.empty() ? 0.0 : record_.steps.back();
  const double validation = loss_held_out();
  const auto& earlier = record_.validation_losses;
  const bool best = earlier.empty() || std::isnan(validation) || validation < *std::min_element(earlier.begin(), earlier.end());
  if (best) record_.best_weights = trainer_->weights().weights;
  record_.steps.push_back(static_cast<double>(done()));
  record_.losses.push_back(record_.loss_sum / (record_.steps.back() - before));
  record_.validation_losses.push_back(validation);
  record_.loss_sum = 0.0;
}

void NetworkTraining::restore(const TrainingState& state, NetworkRecord record) {
  trainer_->restore(state);
  record_ = std::move(record);
}

FieldWeights NetworkTraining::weights() const {
  FieldWeights weights = trainer_->weights();
  if (!record_.best_weights.empty()) weights.weights = record_.best_weights;
  return weights;
}

}  // namespace scorefield
