#include "stages/calibrate_field.h"

#include <cmath>

#include "base/rng.h"
#include "denoiser/linear_part.h"

namespace scorefield {
namespace {

/// This rank's configurations, whitened, and what moves them.
class Calibration {
 public:
  Calibration(LevelWork& work, FieldModel& model)
      : work_(work),
        model_(model),
        part_(model.reference),
        sites_(work.sites()),
        pieces_(std::max<std::int64_t>(1, work.params().train.calibration / LevelWork::kPiece)),
        mine_(share(pieces_, work.context().comm.size(), work.context().comm.rank())),
        field_(static_cast<std::size_t>(mine_.size() * LevelWork::kPiece) * sites_),
        trial_(field_.size()),
        noisy_(field_.size()),
        correction_(field_.size()) {
    fill(2 * levels(), field_);
    calibrate(levels() - 1, field_);
  }

  /// From `level` to the one below, where the score is calibrated on the way.
  void descend(std::size_t level) {
    const std::size_t up = std::min(level + 1, levels() - 1);
    if (up > level) lift(level, up);
    const double h = coordinate(level - 1) - coordinate(up);
    evaluate(up, field_);
    to_velocity(up);
    for (std::size_t i = 0; i < field_.size(); ++i) {
      trial_[i] = field_[i] + h * correction_[i];
      field_[i] += 0.5 * h * correction_[i];
    }
    calibrate(level - 1, trial_);
    to_velocity(level - 1);
    for (std::size_t i = 0; i < field_.size(); ++i) field_[i] += 0.5 * h * correction_[i];
  }

 private:
  std::size_t levels() const { return model_.fit.ratios.size(); }
  double ratio(std::size_t level) const { return model_.fit.ratios[level]; }
  double coordinate(std::size_t level) const { return -std::asinh(std::sqrt(model_.fit.scale) / ratio(level)); }

  /// Normal numbers; the steps below 2 levels() are those of the fit and the validation.
  void fill(std::uint64_t step, std::span<double> to) const {
    fill_normals({work_.seed(), Stream::feature_noise, step}, static_cast<std::uint64_t>(mine_.begin * LevelWork::kPiece) * sites_, to);
  }

  std::span<double> one(std::vector<double>& of_all, std::size_t first) const { return std::span(of_all).subspan(first, sites_); }

  /// Calls action(thread, first number, sums) for each configuration.
  template <class Action>
  std::vector<double> for_configurations(std::size_t numbers, const Action& action) const {
    return work_.sum_pieces(pieces_, numbers, [&](std::size_t thread, std::int64_t piece, std::span<double> sums) {
      for (std::int64_t j = 0; j < LevelWork::kPiece; ++j) {
        action(thread, static_cast<std::size_t>(piece * LevelWork::kPiece + j) * sites_, sums);
      }
    });
  }

  /// The forward process.
  void lift(std::size_t from, std::size_t to) {
    const ReferenceLevel low(model_.reference, ratio(from)), high(model_.reference, ratio(to));
    const double amplitude = std::sqrt(ratio(to) * ratio(to) - ratio(from) * ratio(from));
    fill(2 * levels() + 1 + from, noisy_);
    for_configurations(1, [&](std::size_t, std::size_t first, std::span<double>) {
      const auto field = one(field_, first);
      low.unwhiten(field, field);
      for (std::size_t k = 0; k < sites_; ++k) field[k] += amplitude * noisy_[first + k];
      high.whiten(field, field);
    });
  }

  /// y of the whitened `from` to noisy_ and R to correction_; the sums of what is linear in it.
  std::vector<double> evaluate(std::size_t level, std::vector<double>& from) {
    const ReferenceLevel at(model_.reference, ratio(level));
    const auto correction = make_correction(model_, work_.params().run.device);
    const auto evaluators = work_.evaluators_of(*correction);
    return for_configurations(part_.numbers(), [&](std::size_t thread, std::size_t first, std::span<double> sums) {
      const auto y = one(noisy_, first), r = one(correction_, first);
      at.unwhiten(one(from, first), y);
      evaluators[thread]->evaluate(at, y, r);
      part_.add(at, y, r, sums);
    });
  }

  /// Evaluates, and takes what is linear out of the score at this level and of correction_.
  void calibrate(std::size_t level, std::vector<double>& from) {
    const std::vector<double> sums = evaluate(level, from);
    LinearPart::Solution extra;
    require_all(work_.context().comm, [&] { extra = part_.solve(sums); });
    for (auto* values : {&extra.linear, &extra.zero}) work_.context().comm.broadcast(*values);
    model_.calibration->linear[level] = extra.linear;
    model_.calibration->zero[level] = extra.zero;
    const ReferenceLevel at(model_.reference, ratio(level));
    for_configurations(1, [&](std::size_t, std::size_t first, std::span<double>) {
      const auto y = one(noisy_, first), r = one(correction_, first);
      take_out(model_.reference, at, extra.linear, extra.zero, y, r);
    });
  }

  /// R in correction_ becomes d xh/dl (field_flow.h).
  void to_velocity(std::size_t level) {
    const ReferenceLevel at(model_.reference, ratio(level));
    const double v = model_.fit.scale, factor = -std::sqrt((ratio(level) * ratio(level) + v) / v);
    for_configurations(1, [&](std::size_t, std::size_t first, std::span<double>) {
      std::vector<double> slopes(sites_);
      at.slopes(noisy_[first], slopes);
      const auto r = one(correction_, first);
      for (std::size_t k = 0; k < sites_; ++k) r[k] *= factor * slopes[k];
    });
  }

  LevelWork& work_;
  FieldModel& model_;
  LinearPart part_;
  std::size_t sites_;
  std::int64_t pieces_;
  Range mine_;
  std::vector<double> field_, trial_, noisy_, correction_;
};

}  // namespace

void calibrate_field(LevelWork& work, FieldModel& model, const std::function<void()>& visit) {
  const std::size_t levels = model.fit.ratios.size();
  const std::vector<std::vector<double>> linear(levels, std::vector<double>(work.sites(), 0.0)),
      zero(levels, std::vector<double>(kZeroFunctions, 0.0));
  model.calibration = LinearFit{model.fit.scale, model.fit.ratios, linear, zero};
  Calibration calibration(work, model);
  for (std::size_t level = model.fit.ratios.size() - 1; level > 0; --level) {
    visit();
    calibration.descend(level);
  }
}

}  // namespace scorefield
