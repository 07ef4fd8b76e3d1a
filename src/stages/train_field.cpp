#include <algorithm>
#include <cmath>
#include <optional>

#include "base/checkpoint.h"
#include "base/pending_file.h"
#include "base/text.h"
#include "stages/aside.h"
#include "stages/calibrate_field.h"
#include "stages/field_score.h"
#include "stages/level_fit.h"
#include "stages/lineage.h"
#include "stages/prepare.h"
#include "stages/reference_of_ensemble.h"
#include "stages/source_models.h"
#include "stages/train_network.h"

namespace scorefield {
namespace {

constexpr double kLeastAcceptance = 0.5;  // of posterior chains

/// Fit of all levels from the lowest up, training of the network, calibration from the highest down, validation of all: one step each.
class FieldTraining {
 public:
  FieldTraining(const Context& context, const Surveyed& found, const Process& process, const H5File& ensemble)
      : context_(context),
        params_(context.deck.params),
        output_(found.output),
        path_(output_path(params_, output_.file)),
        checkpoint_(checkpoint_path(params_, output_.file)),
        safe_points_(context),
        ensemble_(identity_of_ensemble(ensemble)) {
    if (!params_.train.from.empty()) source_ = read_source_models(context).front();
    if (found.checkpoint) {
      resume(*found.checkpoint);
    } else {
      model_.reference = measure_reference_of(context, ensemble);
      model_.fit.order = static_cast<int>(params_.network.order);
    }
    model_.fit.scale = model_.reference.widest();
    model_.fit.widest = source_ ? source_->fit.widest : model_.fit.scale;
    ratios_ = ratios_of_levels(context, process, model_.reference);
    if (source_) require_noises(context, std::span(&*source_, 1), ratios_);
    work_.emplace(context, ensemble, model_.reference);
    if (model_.fit.ratios.size() == ratios_.size()) begin_network();
    if (network_ && found.checkpoint) restore_network(*found.checkpoint);
  }

  void run(const std::string& title) {
    Progress progress(context_.log, title, static_cast<double>(output_.wanted), "steps", static_cast<double>(done()));
    while (done() < output_.wanted) {
      advance(progress);
      progress.update(static_cast<double>(done()), note_);
      if (done() < output_.wanted) safe_points_.here([&] { save(); }, saved_text());
    }
    progress.finish(note_);
  }

  void write() {
    PendingFile pending(path_, context_.comm);
    H5File& file = pending.file();
    write_field_model(file, model_);
    if (!distance_.empty()) {
      const std::uint64_t rows = distance_.size() / kDistances;
      file.write_all("/validation/ratio", {rows}, ratios_);
      file.write_all("/validation/distance", {rows, kDistances}, distance_);
      file.set_attribute("/validation", "columns", std::string("left, error, of the reference, error; over the posterior's variance"));
    }
    if (network_) {
      const NetworkRecord& record = network_->record();
      const std::uint64_t points = record.steps.size();
      file.write_all("/loss/step", {points}, record.steps);
      file.write_all("/loss/value", {points}, record.losses);
      file.write_all("/loss/held_out", {points}, record.validation_losses);
    }
    write_provenance(file, context_, output_);
    file.set_attribute("/provenance", "ensemble", ensemble_);
    if (source_) file.set_attribute("/provenance", "features", identity_of(*source_));
    keep_aside(context_, path_);
    pending.commit();
    remove_checkpoint(context_.comm, checkpoint_);
  }

 private:
  static constexpr std::uint64_t kDistances = 4;

  std::string saved_text() const {
    return std::to_string(done()) + " of " + std::to_string(output_.wanted) + " steps of " + path_.string() + " are saved";
  }

  std::int64_t levels() const { return static_cast<std::int64_t>(ratios_.size()); }
  std::int64_t validated() const { return static_cast<std::int64_t>(distance_.size() / kDistances); }
  std::int64_t done() const {
    return static_cast<std::int64_t>(model_.fit.ratios.size()) + (network_ ? network_->done() : 0) + rounds_ * calibration_steps(params_) +
           validated();
  }
  bool network_wanted() const { return has_field_network(params_) && (!network_ || network_->done() < params_.train.steps); }

  void advance(Progress& progress) {
    const std::size_t fitted = model_.fit.ratios.size();
    if (fitted < ratios_.size()) {
      fit(fitted);
    } else if (network_wanted()) {
      train_network();
    } else if (rounds_ < calibration_rounds(params_)) {
      calibrate(progress);
    } else {
      validate();
    }
  }

  void fit(std::size_t level) {
    source_ ? take_over_level(*work_, ratios_, level, source_->fit, model_) : fit_level(*work_, ratios_, level, model_);
    const auto acceptance = work_->acceptance();
    note_ = acceptance ? formatted("posterior chains: acceptance %.2f", *acceptance) : "";
    if (!acceptance || *acceptance >= kLeastAcceptance) return;
    context_.log.line(
        formatted("train: warning: posterior chains at r = %.3g accept %.2f of their updates: their means are hardly better than "
                  "phi_0, and the distance to the exact denoiser is too large; raise train.updates",
                  ratios_[level], *acceptance));
  }

  void begin_network() {
    if (has_field_network(params_)) network_.emplace(*work_, model_, ratios_);
  }

  void train_network() {
    if (!network_) begin_network();
    const double loss = network_->step();
    const auto& held_out = network_->record().validation_losses;
    note_ = formatted("loss %.5f, held out %.5f", loss, held_out.empty() ? NAN : held_out.back());
    if (!network_wanted()) model_.network = network_->weights();
  }

  /// A round. The configurations it works with are not kept: after a stop it begins anew.
  void calibrate(Progress& progress) {
    double visited = static_cast<double>(done());
    const LinearFit round = calibrate_field(*work_, model_, rounds_, [&] {
      safe_points_.here([&] { save(); }, saved_text());
      progress.update(visited, "calibrating");
      visited += 1.0;
    });
    add_round(model_.calibration, round, calibration_round(params_, rounds_++));
    note_ = "calibrating";
  }

  void validate() {
    const auto correction = make_correction(model_, work_->device());
    const auto level = static_cast<std::size_t>(validated());
    const auto distance = validate_level(*work_, ratios_, level, *correction);
    distance_.insert(distance_.end(), distance.begin(), distance.end());
    note_ = formatted("r = %.3g: distance to the exact denoiser %.1e +- %.0e, of the reference %.1e", ratios_[level], distance[0],
                      distance[1], distance[2]);
  }

  void save() {
    Checkpoint checkpoint{output_.fingerprint(), resolved_text(params_), output_.wanted, done(), arrays_of(model_), {}};
    checkpoint.arrays["distance"] = distance_;
    checkpoint.integers["calibration_rounds"] = rounds_;
    checkpoint.integers["ensemble"] = ensemble_;
    if (source_) checkpoint.integers["features"] = identity_of(*source_);
    if (network_) {
      TrainingState state = network_->state();
      NetworkRecord record = network_->record();
      visit_network(state, record, [&](const char* name, const std::vector<double>& values) { checkpoint.arrays[name] = values; });
      checkpoint.arrays["loss_sum"] = {record.loss_sum};
      checkpoint.integers["network_step"] = state.step;
    }
    write_checkpoint(context_.comm, checkpoint_, checkpoint);
  }

  template <class Visit>
  static void visit_network(TrainingState& state, NetworkRecord& record, const Visit& visit) {
    visit("network_weights", state.weights);
    visit("network_averaged_weights", state.averaged_weights);
    visit("network_gradient_mean", state.gradient_mean);
    visit("network_gradient_square", state.gradient_square);
    visit("network_steps", record.steps);
    visit("network_losses", record.losses);
    visit("network_validation_losses", record.validation_losses);
    visit("network_best_weights", record.best_weights);
  }

  void restore_network(const Checkpoint& checkpoint) {
    const auto step = checkpoint.integers.find("network_step");
    if (step == checkpoint.integers.end()) return;
    TrainingState state;
    NetworkRecord record;
    state.step = step->second;
    visit_network(state, record, [&](const char* name, std::vector<double>& values) {
      const auto found = checkpoint.arrays.find(name);  // none where there is nothing yet
      if (found != checkpoint.arrays.end()) values = found->second;
    });
    record.loss_sum = checkpoint.arrays.at("loss_sum").at(0);
    require_all(context_.comm, [&] { network_->restore(state, record); });
    if (!network_wanted()) model_.network = network_->weights();
  }

  void resume(const Checkpoint& checkpoint) {
    const auto order = static_cast<int>(params_.network.order);
    std::optional<FieldModel> model = field_model_of(checkpoint.arrays, shape_of_lattice(params_), order);
    require_all(context_.comm, [&] {
      if (!model) throw InputError("the checkpoint " + checkpoint_.string() + " holds no part of this training: remove it to begin anew");
    });
    model_ = std::move(*model);
    const auto distance = checkpoint.arrays.find("distance");
    if (distance != checkpoint.arrays.end()) distance_ = distance->second;
    rounds_ = checkpoint.integers.at("calibration_rounds");
    context_.log.line("train: going on with " + path_.string() + " from " + std::to_string(checkpoint.committed) + " of " +
                      std::to_string(output_.wanted) + " steps");
  }

  const Context& context_;
  const Params& params_;
  const Output& output_;
  std::filesystem::path path_;
  std::filesystem::path checkpoint_;
  SafePoints safe_points_;
  std::int64_t ensemble_;             ///< identity
  std::optional<FieldModel> source_;  ///< of the features, where they are taken over
  FieldModel model_;
  std::vector<double> ratios_, distance_;
  std::int64_t rounds_ = 0;
  std::optional<LevelWork> work_;
  std::optional<NetworkTraining> network_;
  std::string note_;
};

}  // namespace

void train_field(const Context& context, const Process& process) {
  const Surveyed found = survey(context, model_output(context.deck.params, process));
  if (already_complete(context, found)) return;
  if (source_file(context.deck.params, "train").paths.size() > 1) return train_between(context, found, process);
  const H5File ensemble = open_input(context, survey(context, ensemble_output(context.deck.params)));
  FieldTraining training(context, found, process, ensemble);
  training.run("train " + process.name);
  training.write();
}

}  // namespace scorefield
