#include "stages/costs.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "base/text.h"
#include "denoiser/component_fitter.h"
#include "diffusion/ensemble_denoiser.h"
#include "diffusion/network_layout.h"
#include "diffusion/samplers.h"
#include "ensemble/lattice_chains.h"
#include "ensemble/walkers.h"
#include "observables/chain_sums.h"
#include "stages/batches.h"
#include "stages/calibrate_field.h"
#include "stages/configuration_rows.h"
#include "stages/field_score.h"
#include "stages/generate_lattice.h"
#include "stages/level_fit.h"
#include "stages/level_work.h"
#include "stages/sampling.h"

namespace scorefield {
namespace {

constexpr const char* kBesideProgram = " beside 0.2 GB of the program and its libraries";
constexpr double kBytesOfCells =
    8.0 * static_cast<double>(kMostCells) * 4.0 / 3.0;  // at most, of posterior targets of points, coarser grids included

std::string bytes(double count) { return readable_count(count) + "B"; }

/// What training and sampling take.
void tell_costs_of_points(const Context& context) {
  const Params& params = context.deck.params;
  Log& log = context.log;
  double largest = 0.0, evaluations = 0.0;
  for (const Output& output : all_outputs(params)) {
    if (output.stage == "sample") largest = std::max(largest, output.bytes);
  }
  for (const Process& process : params.forward.process) {
    for (std::size_t i = 0; i < params.sample.score.size(); ++i) evaluations += backward_evaluations(params, process, i);
  }
  const double in_order = is_walker(params.model) ? 2.5 : 1.0;  // points of the plane are put in order by a second array (data_order.cpp)
  const double training = learns(params) ? in_order * ensemble_output(params).bytes : 0.0;
  const double cells = learns(params) && params.train.target == "posterior" ? kBytesOfCells : 0.0;
  log.line((is_walker(params.model) ? "  to train, sample  " : "  memory a rank  ") + bytes(training + std::max(largest, cells)) +
           kBesideProgram);
  log.line("  score evaluations      " + readable_count(evaluations));
  if (learns(params)) {
    const double batch = static_cast<double>(params.train.levels) * static_cast<double>(params.train.per_level);
    log.line("  network parameters     " +
             std::to_string(parameter_count(params.network, static_cast<std::size_t>(components_of(params.model)))));
    log.line("  training samples       " + readable_count(static_cast<double>(params.train.steps) * batch) + " a model");
  }
}

double sites_of(const Params& params) { return static_cast<double>(params.lattice.size[0]) * static_cast<double>(params.lattice.size[1]); }

/// Numbers of configurations that are written together (generate_lattice.cpp): whole sweeps of a rank's chains and sites.
double numbers_of_batch(const Params& params, double numbers_of_sweep) {
  const GenerateParams& generate = params.generate;
  const double chains = static_cast<double>(generate.chains), all = std::ceil(static_cast<double>(generate.samples) / chains);
  const double wanted = params.run.batch > 0 ? static_cast<double>(params.run.batch) / chains
                                             : static_cast<double>(kNumbersACore * thread_count()) / numbers_of_sweep;
  return std::clamp(std::floor(wanted), 1.0, all) * numbers_of_sweep;
}

/// Bytes of this rank while its chains move (lattice_chains.cpp): the field of each, momenta and backup of those that are moved at a time,
/// with Fourier acceleration forces and a whole lattice, too, and a batch of configurations. Collective.
double bytes_to_generate(const Context& context) {
  const Params& params = context.deck.params;
  if (params.generate.algorithm == "import") return 8.0 * std::max(static_cast<double>(kNumbersACore), sites_of(params));
  const Domain domain(context.comm, extents_of(params.lattice), params.generate.chains, grid_of(context.comm.size(), params));
  const std::int64_t chains = domain.chains().size(), threads = thread_count();
  const Layout layout = make_layout(domain, threads_a_chain(domain, static_cast<int>(threads)));
  const std::int64_t moved = domain.whole() && layout.tiles.size() == 1 ? threads : chains;
  const std::int64_t components = components_of(params.model);
  const std::int64_t fields = components * (chains + (params.generate.acceleration > 0.0 ? 4 : 2) * moved);
  const auto sweep = static_cast<double>(components * chains * domain.rows().size() * domain.columns().size());
  return 8.0 * (static_cast<double>(fields * layout.vectors_of_chain() * kLanes) + numbers_of_batch(params, sweep));
}

/// Bytes of the rank that measures, which has most to hold: rows (half a lattice of spectrum each, of complex numbers a whole one) of the
/// configurations that are looked at together, their sums over blocks (chain_sums.cpp) and over bins, what each thread transforms a field
/// in, and the series.
double bytes_to_measure(const Context& context) {
  const Params& params = context.deck.params;
  const double sites = sites_of(params),
               row_of_real = 0.5 * sites + static_cast<double>(params.lattice.size[0] + params.lattice.size[1]) + 100.0;
  const double row = (is_complex(params.model) ? 2.0 : 1.0) * row_of_real,
               numbers = sites * static_cast<double>(components_of(params.model));
  const double samples = static_cast<double>(params.generate.samples), ranks = context.comm.size();
  const double together = std::min(std::max(1.0, static_cast<double>(kNumbersRead) / numbers), samples);
  const double blocks =
      std::min(samples, static_cast<double>(most_blocks(static_cast<std::size_t>(row)) + static_cast<std::size_t>(params.generate.chains)));
  const double bins = std::min(samples / 5.0, blocks), works = 4.0 * numbers * static_cast<double>(thread_count());
  const double gathered = std::min(ranks * together * row, std::max(static_cast<double>(kNumbersGathered), row));
  return 8.0 * (together * (numbers + row) + gathered + (blocks + bins) * row + works + 8.0 * samples);
}

/// Memory, and the steps of molecular dynamics or of a Langevin equation; where these are tuned, as many as the deck's step makes.
void tell_costs_of_lattice(const Context& context) {
  const GenerateParams& generate = context.deck.params.generate;
  const auto most = static_cast<double>(context.comm.max(static_cast<std::int64_t>(bytes_to_generate(context))));
  context.log.line("  memory a rank  " + bytes(most) + " to generate, " + bytes(bytes_to_measure(context)) + " to measure," +
                   kBesideProgram);
  if (generate.algorithm == "import") return;
  const std::int64_t sweeps = (generate.samples + generate.chains - 1) / generate.chains;
  const double updates = static_cast<double>(generate.chains) * (static_cast<double>(generate.thermalisation) +
                                                                 static_cast<double>(sweeps) * static_cast<double>(generate.separation));
  const auto steps = static_cast<double>(steps_of(generate.trajectory, generate.step));
  const double sites = sites_of(context.deck.params);
  context.log.line("  work           " + readable_count(updates) + " updates of about " + readable_count(steps) + " steps of " +
                   readable_count(sites) + " sites: " + readable_count(updates * steps * sites) + " steps of a site" +
                   (tunes(generate) ? ", until the step is tuned" : ""));
}

/// What the sums of a level's fit take on each rank, and on the first, which adds those of all (level_work.cpp). Of real fields little.
void tell_memory_of_component_fit(const Context& context) {
  const Params& params = context.deck.params;
  const FieldShape shape = shape_of_lattice(params);
  const auto numbers = static_cast<double>(numbers_of_component_fit(shape, static_cast<std::size_t>(components_of(params.model)),
                                                                    is_directed(params.model), static_cast<int>(params.network.order)));
  const double pieces = std::ceil(static_cast<double>(params.train.per_level) / static_cast<double>(Selection::kPiece));
  const double gathered = 8.0 * std::min(std::max(static_cast<double>(kNumbersOfPieces), numbers), pieces * numbers);
  const double own = 8.0 * numbers * std::max(1.0, std::min(std::ceil(pieces / context.comm.size()), kBytesTogether / (8.0 * numbers)));
  const double group = std::max(1.0, std::ceil(pieces / static_cast<double>(kFitGroups)));
  const double all = 8.0 * numbers * static_cast<double>(kFitGroups);
  context.log.line("  to fit         " + readable_count(numbers) + " sums of " + std::to_string(kFitGroups) + " groups: " +
                   bytes(all + own) + " a rank, " + bytes(all * (3.0 + std::floor(std::log2(group))) + own + gathered) + " on the first");
}

/// What training, sampling and finish of a field's score take.
void tell_costs_of_field_score(const Context& context) {
  const Params& params = context.deck.params;
  const TrainParams& train = params.train;
  const auto processes = static_cast<double>(params.forward.process.size()), levels = static_cast<double>(train.levels);
  const bool posterior = train.target == "posterior";
  const double updates = static_cast<double>(train.updates);
  const double learnt =
      levels * static_cast<double>(train.per_level) + (has_field_network(params) ? static_cast<double>(train.steps * train.batch) : 0.0);
  const double validated = levels * static_cast<double>(train.validation);
  const double chains = (posterior ? learnt * updates : 0.0) + validated * static_cast<double>(updates_of_validation(train));
  const double calibrating = static_cast<double>(train.calibration) * (2.0 * static_cast<double>(calibration_steps(params)) + 1.0);
  double evaluations = 0.0, samples = 0.0;
  for (std::size_t i = 0; i < params.sample.score.size(); ++i) {
    const auto count = static_cast<double>(samples_of(params.sample, i));
    samples += count;
    evaluations += count * static_cast<double>(evaluations_of({sampler_of(params.sample, i), steps_of(params.sample, i)}));
  }
  context.log.line("  training       " + readable_count(processes * learnt) + " noisy configurations, " +
                   readable_count(processes * chains) + " updates of posterior chains, " + readable_count(processes * calibrating) +
                   " score evaluations to calibrate");
  if (is_complex(params.model) && train.from.empty()) tell_memory_of_component_fit(context);
  if (has_field_network(params)) {
    const FieldShape shape = shape_of_lattice(params);
    context.log.line("  network        " + std::to_string(field_parameter_count(params.network, shape)) + " parameters");
  }
  context.log.line("  sampling       " + readable_count(processes * evaluations) + " score evaluations of a lattice, " +
                   readable_count(processes * samples * static_cast<double>(params.sample.finish)) + " updates to finish");
}

/// What walkers and their measurement take: a batch and its sums.
void tell_costs_of_walkers(const Context& context) {
  const Params& params = context.deck.params;
  const GenerateParams& generate = params.generate;
  const auto batch = static_cast<double>(std::min(wanted_batch(context), generate.samples)) / context.comm.size();
  const double walkers = std::ceil(static_cast<double>(generate.samples) / static_cast<double>(generate.length));
  const double updates = walkers * static_cast<double>(generate.thermalisation + generate.length * generate.separation);
  const auto steps = generate.scheme == "exact" ? 1.0 : static_cast<double>(steps_of(generate.trajectory, generate.step));
  context.log.line("  memory a rank  " + bytes(16.0 * batch) + kBesideProgram);
  context.log.line("  work           " + readable_count(walkers) + " walkers, " + readable_count(updates * steps) + " steps" +
                   (generate.scheme != "exact" && generate.largest_drift > 0.0 ? ", and where the drift is large more" : ""));
}

}  // namespace

void tell_costs(const Context& context) {
  const Params& params = context.deck.params;
  double disk = 0.0;
  for (const Output& output : all_outputs(params)) disk += output.bytes;
  context.log.line("  disk           " + bytes(disk));
  if (is_lattice(params.model)) {
    tell_costs_of_lattice(context);
    if (diffuses(params)) tell_costs_of_field_score(context);
  } else {
    if (is_walker(params.model)) tell_costs_of_walkers(context);
    if (!is_walker(params.model) || diffuses(params)) tell_costs_of_points(context);
  }
}

}  // namespace scorefield
