// Training of a network on top of a fitted lattice score.
#pragma once

#include <vector>

#include "denoiser/field_model.h"
#include "denoiser/field_trainer.h"
#include "stages/level_work.h"

namespace scorefield {

/// What the training of a network left besides its weights, and the best of these.
struct NetworkRecord {
  std::vector<double> steps, losses, validation_losses;  ///< at intervals: mean loss since the last, loss of what is held out
  std::vector<double> best_weights;
  double loss_sum = 0.0;  ///< since the last interval
};

/// Batches come from the first fifteen sixteenths of the ensemble, a few configurations of it a step, each at its own noise (stratified in
/// l), with targets made on the way; the loss on what is held out chooses the weights that are kept. All functions are collective.
class NetworkTraining {
 public:
  /// `model`: reference and features; must outlive it.
  NetworkTraining(LevelWork& work, const FieldModel& model, std::vector<double> ratios);
  ~NetworkTraining();
  NetworkTraining(const NetworkTraining&) = delete;
  NetworkTraining& operator=(const NetworkTraining&) = delete;

  std::int64_t done() const { return trainer_->steps_done(); }
  /// Returns the loss. NumericalError if it is not finite.
  double step();

  TrainingState state() const { return trainer_->state(); }
  const NetworkRecord& record() const { return record_; }
  void restore(const TrainingState& state, NetworkRecord record);
  /// The best weights so far, or the averaged ones where nothing is held out.
  FieldWeights weights() const;

 private:
  struct Helper;

  FieldBatch make_batch(const Selection& chosen, std::uint64_t number);
  double loss_held_out();
  void judge();

  LevelWork& work_;
  const FieldModel& model_;
  std::vector<double> ratios_;
  FeatureCorrection features_;
  std::vector<Helper> helpers_;
  std::unique_ptr<FieldTrainer> trainer_;
  NetworkRecord record_;
  std::optional<FieldBatch> held_out_;  ///< made when first wanted
};

}  // namespace scorefield
