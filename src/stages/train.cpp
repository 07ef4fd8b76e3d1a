#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "base/pending_file.h"
#include "diffusion/trainer.h"
#include "stages/stages.h"

namespace scorefield {
namespace {

constexpr std::int64_t kLossRecords = 200;  // points of the loss curve

struct LossCurve {
  std::vector<double> step, value;
};

void write_training(H5File& file, const Trainer& trainer, const LossCurve& curve) {
  const TrainingState state = trainer.state();
  write_model(file, trainer.model());
  file.write_all("/network/weights", {state.weights.size()}, state.weights, Stored::float32);
  file.write_all("/adam/gradient_mean", {state.gradient_mean.size()}, state.gradient_mean, Stored::float32);
  file.write_all("/adam/gradient_square", {state.gradient_square.size()}, state.gradient_square, Stored::float32);
  file.set_attribute("/adam", "step", state.step);
  file.write_all("/loss/step", {curve.step.size()}, curve.step, Stored::int64);
  file.write_all("/loss/value", {curve.value.size()}, curve.value);
}

/// All steps, with the loss averaged between the points of its curve. Throws AgreedError where it is not finite.
LossCurve run_training(const Context& context, Trainer& trainer, const std::string& title) {
  const TrainParams& params = context.deck.params.train;
  Progress progress(context.log, title, static_cast<double>(params.steps), "steps");
  const std::int64_t every = std::max<std::int64_t>(1, params.steps / kLossRecords);
  LossCurve curve;
  double mean = 0.0;
  std::int64_t summed = 0;
  std::string note;
  for (std::int64_t n = 1; n <= params.steps; ++n) {
    mean += trainer.step();
    ++summed;
    if (n % every == 0 || n == params.steps) {
      const double loss = context.comm.sum(mean / static_cast<double>(summed));
      require_all(context.comm, [&] {
        if (!std::isfinite(loss)) {
          throw NumericalError("the loss is not finite at step " + std::to_string(n) + ": lower train.learning-rate");
        }
      });
      curve.step.push_back(static_cast<double>(n));
      curve.value.push_back(loss);
      std::array<char, 32> text;
      std::snprintf(text.data(), text.size(), "loss %.5f", loss);
      note = text.data();
      mean = 0.0;
      summed = 0;
    }
    progress.update(static_cast<double>(n), note);
  }
  progress.finish(note);
  return curve;
}

void train_process(const Context& context, const Process& process) {
  const Params& params = context.deck.params;
  const auto path = output_path(params, model_name(process) + ".h5");
  const std::string fingerprint = model_fingerprint(params, process);
  if (is_complete(context, path, fingerprint)) {
    context.log.line("train: " + path.string() + " is complete");
    return;
  }
  const H5File ensemble = open_input(context, output_path(params, "ensemble.h5"), ensemble_fingerprint(params), "generate");
  std::vector<double> data = ensemble.read_all("/field");
  const Range mine = share(static_cast<std::int64_t>(data.size()), context.comm.size(), context.comm.rank());
  const Reference reference =
      measure_reference(context.comm, std::span(data).subspan(static_cast<std::size_t>(mine.begin), static_cast<std::size_t>(mine.size())));
  std::sort(data.begin(), data.end());
  const Trainer::Settings settings{params.network, params.train, Schedule(process.c, params.forward.sigma), params.forward.noise_min,
                                   static_cast<std::uint64_t>(params.run.seed)};
  PendingFile pending(path, context.comm);
  Trainer trainer(context.comm, settings, data, reference);
  const LossCurve curve = run_training(context, trainer, "train " + process.name);
  write_training(pending.file(), trainer, curve);
  write_provenance(pending.file(), context, "train", fingerprint);
  pending.commit();
}

}  // namespace

void train(const Context& context) {
  const Params& params = context.deck.params;
  const auto& scores = params.sample.score;
  if (std::find(scores.begin(), scores.end(), "learnt") == scores.end()) return;
  for (const Process& process : params.forward.process) train_process(context, process);
}

}  // namespace scorefield
