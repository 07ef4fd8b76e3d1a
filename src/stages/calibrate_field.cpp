#include "stages/calibrate_field.h"

#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "denoiser/field_flow.h"
#include "denoiser/linear_part.h"
#include "diffusion/samplers.h"

namespace scorefield {
namespace {

constexpr std::int64_t kRoundSites = std::int64_t{1} << 22, kSmallestRound = 1024;  // fewer tell little of the zero functions

std::int64_t round_size(const Params& params) { return std::max(kSmallestRound, kRoundSites / numbers_of(params)); }

/// This rank's configurations, whitened, and what moves them.
class Calibration {
 public:
  Calibration(LevelWork& work, const FieldModel& model, const Range& configurations)
      : work_(work),
        learnt_model_(without_calibration(model)),
        reference_(learnt_model_.reference),
        first_step_(2 * model.fit.ratios.size()),
        ratios_(every_other(model.fit.ratios)),
        part_(model.reference),
        found_{model.fit.scale, stages(), Rows(ratios_.size(), Row(numbers_of_linear(model.reference), 0.0)),
               Rows(ratios_.size(), Row(kZeroFunctions, 0.0))},
        learnt_(make_correction(learnt_model_, work.device())),
        calibrated_(reference_, *learnt_, found_),
        first_(configurations.begin),
        all_{0, 1, configurations.size()},
        mine_(all_.numbers(work.mine(all_.pieces()))),
        field_(static_cast<std::size_t>(mine_.size()) * work.per_configuration()),
        trial_(field_.size()),
        correction_(field_.size()) {
    for (std::size_t i = 0; i < work.workers().size(); ++i) {
      workers_.push_back(std::make_unique<Worker>(FieldFlow(reference_, calibrated_, scale()), calibrated_.worker()));
    }
    fill(first_step_, mine_, trial_);
    const std::size_t top = ratios_.size() - 1;
    calibrate(top, for_pieces(part_.numbers(),
                              [&](Worker& worker, const Range& of, std::span<double> sums) { evaluate(worker, top, of, sums); }));
    field_ = trial_;
  }

  /// From `level` to the one below: a step of Ralston's scheme, as `sde2` makes it, from the level above, to which noise has brought the
  /// configurations. The score is calibrated at the second of its stages.
  void descend(std::size_t level) {
    const std::size_t up = above(level), stage = level - 1;
    const double h = step(level);
    calibrate(stage, for_pieces(part_.numbers(), [&](Worker& worker, const Range& of, std::span<double> sums) {
                const auto field = part(field_, of), trial = part(trial_, of), velocity = part(correction_, of);
                if (up > level) {
                  worker.y.resize(field.size());
                  fill(first_step_ + 1 + level, of, worker.y);
                  worker.flow.lift(noise_level(level), noise_level(up), worker.y, field);
                }
                worker.flow.slope(noise_level(up), field, velocity);
                for (std::size_t i = 0; i < field.size(); ++i) {
                  trial[i] = field[i] + Ralston::kStage * h * velocity[i];
                  field[i] += Ralston::kFirst * h * velocity[i];
                }
                evaluate(worker, stage, of, sums);
              }));
    const ReferenceLevel at(reference_, found_.ratios[stage]);
    for_pieces(1, [&](Worker& worker, const Range& of, std::span<double> /*sums*/) {
      const auto field = part(field_, of), r = part(correction_, of);
      worker.flow.to_noisy(at, part(trial_, of), worker.y);
      take_out(reference_, at, found_.linear[stage], found_.zero[stage], worker.y, r);
      worker.flow.to_slope(at, worker.y, r);
      for (std::size_t i = 0; i < field.size(); ++i) field[i] += Ralston::kSecond * h * r[i];
    });
  }

  std::size_t levels() const { return ratios_.size(); }
  LinearFit found() const { return found_; }

 private:
  using Row = std::vector<double>;
  using Rows = std::vector<Row>;
  /// Of a thread.
  struct Worker {
    Worker(FieldFlow of_field, std::unique_ptr<CorrectionWorker> of_correction)
        : flow(std::move(of_field)), evaluator(std::move(of_correction)) {}
    FieldFlow flow;
    std::unique_ptr<CorrectionWorker> evaluator;
    std::vector<double> y;
  };

  static FieldModel without_calibration(const FieldModel& model) { return {model.reference, model.fit, model.network, std::nullopt}; }
  /// From the highest down, and the lowest.
  static std::vector<double> every_other(const std::vector<double>& all) {
    std::vector<double> chosen;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i == 0 || (all.size() - 1 - i) % 2 == 0) chosen.push_back(all[i]);
    }
    return chosen;
  }

  Reference scale() const { return {0.0, learnt_model_.fit.scale}; }
  double coordinate(std::size_t level) const { return level_coordinate(noise_level(level), scale()); }
  /// Where noise takes the configurations of a level, and the step down from there.
  std::size_t above(std::size_t level) const { return std::min(level + 1, ratios_.size() - 1); }
  double step(std::size_t level) const { return coordinate(level - 1) - coordinate(above(level)); }
  /// The ratios of the second stages, from the lowest, and the highest of all.
  std::vector<double> stages() const {
    std::vector<double> result;
    for (std::size_t level = 1; level < ratios_.size(); ++level) {
      result.push_back(ratio_of_coordinate(coordinate(above(level)) + Ralston::kStage * step(level), scale()));
    }
    result.push_back(ratios_.back());
    return result;
  }
  NoiseLevel noise_level(std::size_t level) const { return {0.0, 1.0, ratios_[level] * ratios_[level]}; }

  /// Normal numbers of some configurations; the steps below first_step_ are those of the fit and the validation.
  void fill(std::uint64_t step, const Range& of, std::span<double> to) const {
    fill_normals({work_.seed(), Stream::feature_noise, step}, static_cast<std::uint64_t>(first_ + of.begin) * work_.per_configuration(),
                 to);
  }

  /// Some of this rank's configurations.
  std::span<double> part(std::vector<double>& of_all, const Range& of) const {
    return std::span(of_all).subspan(static_cast<std::size_t>(of.begin - mine_.begin) * work_.per_configuration(),
                                     static_cast<std::size_t>(of.size()) * work_.per_configuration());
  }

  /// Calls action(worker, configurations, sums) for each piece.
  template <class Action>
  std::vector<double> for_pieces(std::size_t numbers, const Action& action) const {
    return work_.sum_pieces(all_.pieces(), numbers, [&](std::size_t thread, std::int64_t piece, std::span<double> sums) {
      action(*workers_[thread], all_.numbers(piece), sums);
    });
  }

  /// R of trial_ at a stage to correction_; adds to the sums of what is linear in it.
  void evaluate(Worker& worker, std::size_t stage, const Range& of, std::span<double> sums) {
    const ReferenceLevel at(reference_, found_.ratios[stage]);
    const auto r = part(correction_, of);
    worker.flow.to_noisy(at, part(trial_, of), worker.y);
    worker.evaluator->evaluate(at, worker.y, r);
    for (std::size_t first = 0; first < r.size(); first += work_.per_configuration()) {
      part_.add(at, std::span(worker.y).subspan(first, work_.per_configuration()), r.subspan(first, work_.per_configuration()), sums);
    }
  }

  /// Takes what is linear out of the score at a stage.
  void calibrate(std::size_t stage, const std::vector<double>& sums) {
    LinearPart::Solution extra;
    require_all(work_.context().comm, [&] { extra = part_.solve(sums); });
    for (auto* values : {&extra.linear, &extra.zero}) work_.context().comm.broadcast(*values);
    found_.linear[stage] = extra.linear;
    found_.zero[stage] = extra.zero;
  }

  LevelWork& work_;
  FieldModel learnt_model_;
  const FieldReference& reference_;
  std::uint64_t first_step_;
  std::vector<double> ratios_;
  LinearPart part_;
  LinearFit found_;  ///< at the stages; zero where they are still to come
  std::unique_ptr<Correction> learnt_;
  CalibratedCorrection calibrated_;
  std::int64_t first_;  ///< of the round
  Selection all_;
  Range mine_;
  std::vector<double> field_, trial_, correction_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace

std::int64_t calibration_rounds(const Params& params) {
  const std::int64_t size = round_size(params);
  return (params.train.calibration + size - 1) / size;
}

Range calibration_round(const Params& params, std::int64_t round) {
  return share(params.train.calibration, static_cast<int>(calibration_rounds(params)), static_cast<int>(round));  // no short one
}

std::int64_t calibration_steps(const Params& params) { return std::max<std::int64_t>(1, params.train.levels / 2); }

void add_round(std::optional<LinearFit>& mean, const LinearFit& round, const Range& configurations) {
  if (!mean) {
    mean = round;
    return;
  }
  const double weight = static_cast<double>(configurations.size()) / static_cast<double>(configurations.end);
  const auto add = [weight](std::vector<std::vector<double>>& to, const std::vector<std::vector<double>>& from) {
    for (std::size_t i = 0; i < to.size(); ++i) {
      for (std::size_t k = 0; k < to[i].size(); ++k) to[i][k] += weight * (from[i][k] - to[i][k]);
    }
  };
  add(mean->linear, round.linear);
  add(mean->zero, round.zero);
}

LinearFit calibrate_field(LevelWork& work, const FieldModel& model, std::int64_t round, const std::function<void()>& visit) {
  Calibration calibration(work, model, calibration_round(work.params(), round));
  for (std::size_t level = calibration.levels() - 1; level > 0; --level) {
    visit();
    calibration.descend(level);
  }
  return calibration.found();
}

}  // namespace scorefield
