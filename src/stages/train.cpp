#include <algorithm>
#include <cmath>
#include <memory>

#include "base/checkpoint.h"
#include "base/pending_file.h"
#include "base/text.h"
#include "denoiser/learning.h"
#include "diffusion/data_order.h"
#include "stages/aside.h"
#include "stages/contents.h"
#include "stages/field_score.h"
#include "stages/prepare.h"
#include "stages/stages.h"

namespace scorefield {
namespace {

/// Mean loss since the last point, every kLossInterval steps, and the sum over the steps since then.
struct LossCurve {
  std::vector<double> step, value;
  double open_sum = 0.0;

  void add(std::int64_t n, double loss) {
    open_sum += loss;
    if (n % kLossInterval != 0) return;
    step.push_back(static_cast<double>(n));
    value.push_back(open_sum / static_cast<double>(kLossInterval));
    open_sum = 0.0;
  }
};

/// Names of what a training carries, in checkpoints and (behind a slash for their group) in model files.
template <class Curve, class State, class Visit>
void visit_arrays(Curve& curve, State& state, const Visit& visit) {
  visit("network", "weights", Stored::float32, state.weights);
  visit("network", "averaged_weights", Stored::float32, state.averaged_weights);
  visit("adam", "gradient_mean", Stored::float32, state.gradient_mean);
  visit("adam", "gradient_square", Stored::float32, state.gradient_square);
  visit("loss", "step", Stored::int64, curve.step);
  visit("loss", "value", Stored::float64, curve.value);
}

std::string in_group(const char* group, const char* name) { return std::string("/").append(group).append("/").append(name); }
std::string joined(const char* group, const char* name) { return std::string(group) + "_" + name; }

class ModelTraining {
 public:
  ModelTraining(const Context& context, const Surveyed& found, Trainer& trainer)
      : context_(context),
        output_(found.output),
        trainer_(trainer),
        path_(output_path(context.deck.params, output_.file)),
        checkpoint_(checkpoint_path(context.deck.params, output_.file)),
        safe_points_(context) {
    if (found.checkpoint) {
      resume(*found.checkpoint);
    } else if (found.finished > 0) {
      extend();
    }
  }

  /// All steps that are left. Throws AgreedError where the loss is not finite.
  void run(const std::string& title) {
    const std::int64_t from = trainer_.state().step;
    Progress progress(context_.log, title, static_cast<double>(output_.wanted), "steps", static_cast<double>(from));
    std::string note;
    for (std::int64_t n = from + 1; n <= output_.wanted; ++n) {
      const double loss = context_.comm.sum(trainer_.step());
      if (!std::isfinite(loss)) diverged(n);  // the same on all ranks
      curve_.add(n, loss);
      if (n % kLossInterval == 0) {
        note = formatted("loss %.5f", curve_.value.back());
        if (n < output_.wanted) safe_points_.here([&] { save(); }, saved_text(n));
      }
      progress.update(static_cast<double>(n), note);
    }
    progress.finish(note);
  }

  void write() {
    TrainingState state = trainer_.state();
    PendingFile pending(path_, context_.comm);
    H5File& file = pending.file();
    visit_arrays(curve_, state, [&](const char* group, const char* name, Stored type, const std::vector<double>& values) {
      file.write_all(in_group(group, name), {values.size()}, values, type);
    });
    write_model(file, trainer_.model());
    file.set_attribute("/adam", "step", state.step);
    file.set_attribute("/loss", "open_sum", curve_.open_sum);
    write_provenance(file, context_, output_);
    keep_aside(context_, path_);  // a shorter training, which samples were made from
    pending.commit();
    remove_checkpoint(context_.comm, checkpoint_);
  }

 private:
  void diverged(std::int64_t n) const {
    require_all(context_.comm,
                [&] { throw NumericalError("the loss is not finite at step " + std::to_string(n) + ": lower train.learning-rate"); });
  }

  std::string saved_text(std::int64_t n) const {
    return std::to_string(n) + " of " + std::to_string(output_.wanted) + " steps of " + path_.string() + " are saved";
  }

  void save() {
    TrainingState state = trainer_.state();
    Checkpoint checkpoint{output_.fingerprint(), resolved_text(context_.deck.params), output_.wanted, state.step, {}, {}};
    visit_arrays(curve_, state, [&](const char* group, const char* name, Stored, const std::vector<double>& values) {
      checkpoint.arrays[joined(group, name)] = values;
    });
    write_checkpoint(context_.comm, checkpoint_, checkpoint);
  }

  void resume(const Checkpoint& checkpoint) {
    TrainingState state;
    state.step = checkpoint.committed;
    visit_arrays(curve_, state, [&](const char* group, const char* name, Stored, std::vector<double>& values) {
      const auto found = checkpoint.arrays.find(joined(group, name));
      if (found != checkpoint.arrays.end()) values = found->second;
    });
    require_all(context_.comm, [&] { trainer_.restore(state); });
    context_.log.line("train: going on with " + path_.string() + " from step " + std::to_string(state.step) + " of " +
                      std::to_string(output_.wanted));
  }

  void extend() {
    const H5File file = context_.files->open(context_.comm, path_);
    TrainingState state;
    state.step = file.integer_attribute("/adam", "step").value();
    curve_.open_sum = file.number_attribute("/loss", "open_sum").value();
    visit_arrays(curve_, state, [&](const char* group, const char* name, Stored, std::vector<double>& values) {
      values = file.read_all(in_group(group, name));
    });
    require_all(context_.comm, [&] { trainer_.restore(state); });
    context_.log.line("train: extending " + path_.string() + " from " + std::to_string(state.step) + " to " +
                      std::to_string(output_.wanted) + " steps");
  }

  const Context& context_;
  const Output& output_;
  Trainer& trainer_;
  std::filesystem::path path_;
  std::filesystem::path checkpoint_;
  SafePoints safe_points_;
  LossCurve curve_;
};

void train_process(const Context& context, const Process& process) {
  const Params& params = context.deck.params;
  const Surveyed found = survey(context, model_output(params, process));
  if (already_complete(context, found)) return;
  const H5File ensemble = open_input(context, survey(context, ensemble_output(params)));
  std::vector<double> data = ensemble.read_all("/field");
  const auto components = static_cast<std::size_t>(components_of(params.model));
  const Range mine = share(static_cast<std::int64_t>(data.size() / components), context.comm.size(), context.comm.rank());
  const PointReference reference = measure_reference(
      context.comm,
      std::span(data).subspan(components * static_cast<std::size_t>(mine.begin), components * static_cast<std::size_t>(mine.size())),
      components, components > 1 && params.network.symmetry == "odd");
  const Schedule schedule(process.c, params.forward.sigma);
  require_all(context.comm, [&] {  // before the training what only sampling needs: noises to go down
    even_coordinates(level_coordinate(schedule.at(1.0), reference.scale()), params.forward.noise_min, 1);
  });
  order_for_picks(data, reference);
  const Trainer::Settings settings{params.network, params.train, schedule, params.forward.noise_min,
                                   static_cast<std::uint64_t>(params.run.seed)};
  const Learning& torch = learning(context.comm);
  std::unique_ptr<Trainer> trainer;
  require_all(context.comm, [&] { trainer = torch.trainer(context.comm, settings, data, reference); });
  ModelTraining training(context, found, *trainer);
  training.run("train " + process.name);
  training.write();
}

}  // namespace

void train(const Context& context) {
  const Params& params = context.deck.params;
  if (!diffuses(params) || !learns(params)) return;
  for (const Process& process : params.forward.process)
    is_lattice(params.model) ? train_field(context, process) : train_process(context, process);
}

}  // namespace scorefield
