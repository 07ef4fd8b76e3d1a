#include <algorithm>

#include "base/folder_lock.h"
#include "diffusion/network_layout.h"
#include "diffusion/samplers.h"
#include "diffusion/schedule.h"
#include "lattice/geometry.h"
#include "stages/lineage.h"
#include "stages/prepare.h"
#include "stages/stages.h"

namespace scorefield {
namespace {

std::string bytes(double count) { return readable_count(count) + "B"; }

/// Score evaluations of the backward process for one process and score.
double backward_evaluations(const Params& params, const Process& process, std::size_t score) {
  const Orders kappa = make_exact_law(params.model)->cumulants();
  const SamplerSettings settings{sampler_of(params.sample, score), steps_of(params.sample, score), params.forward.noise_min,
                                 params.sample.corrector_snr};
  const BackwardProcess backward(Schedule(process.c, params.forward.sigma), {kappa[0], kappa[1]}, settings);
  return static_cast<double>(samples_of(params.sample, score)) * static_cast<double>(backward.evaluations());
}

/// The deck's process grid must fit the ranks.
void validate_grid(const Context& context) {
  const Params& params = context.deck.params;
  const auto& wanted = params.lattice.process_grid;
  require_all(context.comm, [&] {
    try {
      choose_grid(context.comm.size(), {params.lattice.size[0], params.lattice.size[1]}, params.generate.chains,
                  {wanted[0], wanted[1], wanted[2]});
    } catch (const InputError& error) {
      throw InputError(context.deck.place_of({"lattice.process-grid", "generate.chains", "lattice.size"}) + error.what() +
                       ": change lattice.process-grid, generate.chains or the number of ranks");
    }
  });
}

/// A line for each output, and for what was measured of them.
void tell_status(const Context& context) {
  const std::vector<Surveyed> all = survey_all(context);
  for (const std::string& line : status_lines(all, describe_results(context, all))) context.log.line(line);
}

}  // namespace

void validate(const Context& context) {
  const Params& params = context.deck.params;
  if (is_lattice(params.model)) return validate_grid(context);
  require_all(context.comm, [&] {
    try {
      for (const Process& process : params.forward.process) {
        for (std::size_t i = 0; i < params.sample.score.size(); ++i) backward_evaluations(params, process, i);
      }
    } catch (const InputError& error) {  // the keys that decide it
      throw InputError(context.deck.place_of({"forward.sigma", "forward.noise-min", "model.mu0", "model.sigma0"}) + error.what());
    }
  });
}

void check(const Context& context) {
  const Params& params = context.deck.params;
  Log& log = context.log;
  log.line(resolved_text(params));
  double disk = 0.0, largest = 0.0, evaluations = 0.0;
  for (const Output& output : all_outputs(params)) {
    disk += output.bytes;
    if (output.stage == "sample") largest = std::max(largest, output.bytes);
  }
  for (const Process& process : params.forward.process) {
    for (std::size_t i = 0; i < params.sample.score.size() && !is_lattice(params.model); ++i) {
      evaluations += backward_evaluations(params, process, i);
    }
  }
  const double training = learns(params) ? ensemble_output(params).bytes : 0.0;
  log.line("check: the deck is good. Output folder: " + params.run.output);
  log.line("  disk           " + bytes(disk));
  log.line("  memory a rank  " + bytes(training + largest) + " beside 0.2 GB of the program and its libraries");
  if (evaluations > 0.0) log.line("  score evaluations      " + readable_count(evaluations));
  if (learns(params)) {
    const double batch = static_cast<double>(params.train.levels) * static_cast<double>(params.train.per_level);
    log.line("  network parameters     " + std::to_string(parameter_count(params.network)));
    log.line("  training samples       " + readable_count(static_cast<double>(params.train.steps) * batch) + " a model");
  }
  tell_status(context);
  require_ready(context, {"generate", "train", "sample", "measure"});
}

void status(const Context& context) {
  const Params& params = context.deck.params;
  require_all(context.comm, [&] {
    if (context.comm.is_root() && !std::filesystem::is_directory(params.run.output)) {
      throw InputError("no folder " + params.run.output + ": nothing of this deck was run yet");
    }
  });
  const std::string holder = context.comm.is_root() ? FolderLock::holder(params.run.output) : "";
  context.log.line(params.run.output + ": " + (holder.empty() ? "no run is at work" : "in use by " + holder));
  tell_status(context);
}

}  // namespace scorefield
