#include <algorithm>

#include "diffusion/network_layout.h"
#include "diffusion/samplers.h"
#include "diffusion/schedule.h"
#include "stages/stages.h"

namespace scorefield {
namespace {

std::string bytes(double count) { return readable_count(count) + "B"; }

double recorded_bytes(const Params& params, double records) {
  const auto quantities = static_cast<double>(kMaxOrder + static_cast<int>(params.measure.sources.size()));
  return 8.0 * records * (static_cast<double>(params.measure.bins) * quantities + 2.0 * static_cast<double>(params.measure.histogram_bins));
}

/// Score evaluations of the backward process for one process and score.
double backward_evaluations(const Params& params, const Process& process, std::size_t score) {
  const Orders kappa = make_exact_law(params.model)->cumulants();
  const SamplerSettings settings{sampler_of(params.sample, score), steps_of(params.sample, score), params.forward.noise_min,
                                 params.sample.corrector_snr};
  const BackwardProcess backward(Schedule(process.c, params.forward.sigma), {kappa[0], kappa[1]}, settings);
  return static_cast<double>(samples_of(params.sample, score)) * static_cast<double>(backward.evaluations());
}

}  // namespace

void validate(const Context& context) {
  const Params& params = context.deck.params;
  require_all(context.comm, [&] {
    for (const Process& process : params.forward.process) {
      for (std::size_t i = 0; i < params.sample.score.size(); ++i) backward_evaluations(params, process, i);
    }
  });
}

void check(const Context& context) {
  const Params& params = context.deck.params;
  Log& log = context.log;
  log.line(resolved_text(params));
  const double ensemble = 8.0 * static_cast<double>(params.generate.samples);
  double disk = ensemble;
  double evaluations = 0.0;
  bool learns = false;
  for (const Process& process : params.forward.process) {
    disk += recorded_bytes(params, static_cast<double>(params.forward.times));
    for (std::size_t i = 0; i < params.sample.score.size(); ++i) {
      learns = learns || params.sample.score[i] == "learnt";
      evaluations += backward_evaluations(params, process, i);
      disk += 8.0 * static_cast<double>(samples_of(params.sample, i)) +
              recorded_bytes(params, static_cast<double>(std::min<std::int64_t>(params.sample.records, steps_of(params.sample, i) + 1)));
    }
  }
  const double memory = 8.0 * 1024 * 1024 / context.comm.size() + (learns ? ensemble : 0.0) +
                        3.0 * recorded_bytes(params, static_cast<double>(params.sample.records));
  log.line("check: the deck is good. Output folder: " + params.run.output);
  log.line("  disk           " + bytes(disk));
  log.line("  memory a rank  " + bytes(memory) + " beside 0.2 GB of the program and its libraries");
  log.line("  score evaluations      " + readable_count(evaluations));
  if (learns) {
    const auto batch = params.train.levels * params.train.per_level;
    log.line("  network parameters     " + std::to_string(parameter_count(params.network)));
    log.line("  training samples       " + readable_count(static_cast<double>(params.train.steps * batch)) + " a process");
  }
}

}  // namespace scorefield
