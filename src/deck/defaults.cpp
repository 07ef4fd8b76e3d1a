#include "deck/defaults.h"

#include <algorithm>

namespace scorefield {
namespace {

/// The noise of the calibration is that of the lowest modes, of which each lattice has as many; its cost goes with the sites.
std::int64_t calibration_of(const LatticeParams& lattice) {
  constexpr std::int64_t kSites = std::int64_t{1} << 25, kLeast = 4096, kMost = 32768;
  std::int64_t sites = 1;
  for (const std::int64_t extent : lattice.size) sites = std::min(kSites, sites * extent);
  return std::clamp(kSites / sites, kLeast, kMost);
}

/// Those of a field's diffusion model.
template <class IsSet>
void set_field_score_defaults(Deck& deck, const IsSet& is_set) {
  SampleParams& sample = deck.params.sample;
  TrainParams& train = deck.params.train;
  NetworkParams& network = deck.params.network;
  if (!is_set("sample.score")) sample.score = {"none"};
  if (!is_set("sample.samples")) sample.samples = {100000};
  if (!is_set("sample.steps")) sample.steps = {32};
  if (!is_set("sample.sampler")) sample.sampler = {"sde2"};
  if (!is_set("sample.records")) sample.records = 17;
  if (!is_set("forward.times")) deck.params.forward.times = 21;
  const auto damped = [](const Process& process) { return process.c > 0.0; };
  const auto& processes = deck.params.forward.process;
  if (!is_set("forward.sigma")) deck.params.forward.sigma = std::any_of(processes.begin(), processes.end(), damped) ? 10.0 : 1000.0;
  if (!is_set("train.levels")) train.levels = 65;
  if (!is_set("network.activation")) network.activation = "cubic";
  if (!is_set("network.symmetry")) network.symmetry = "odd";
  if (!is_set("network.embedding")) network.embedding = 32;
  if (!is_set("network.hidden")) network.hidden = {256, 256};
  if (!is_set("train.learning-rate")) train.learning_rate = 2e-3;
  if (!is_set("network.peaks") && network.reference == "none") network.peaks = 0;
  if (!is_set("train.calibration")) train.calibration = network.reference == "none" ? 0 : calibration_of(deck.params.lattice);
  if (!is_set("train.per-level")) train.per_level = std::min<std::int64_t>(4096, deck.params.generate.samples);
  if (is_real_field(deck.params.model)) return;
  if (!is_set("sample.steps")) sample.steps = {64};  // imaginary parts are narrow
  network.peaks = 0;
  train.target = "sample";  // no action makes P(x,y)
  train.validation = 0;
}

}  // namespace

void set_dependent_defaults(Deck& deck) {
  GenerateParams& generate = deck.params.generate;
  const auto is_set = [&](const char* key) { return deck.places.contains(key); };
  if ((deck.params.model.name == "quartic" || deck.params.model.name == "bose-gas") && !is_set("model.lambda"))
    deck.params.model.lambda = 1.0;
  if (is_walker(deck.params.model)) {
    if (!is_set("generate.trajectory")) generate.trajectory = 0.5;
    if (!is_set("generate.step")) generate.step = 0.01;
    if (!is_set("generate.thermalisation")) generate.thermalisation = 20;
    if (!is_set("generate.separation")) generate.separation = 1;
    if (!is_set("sample.score")) deck.params.sample.score = {"none"};
    if (!is_set("network.limit")) deck.params.network.limit = "smooth";
    if (!is_set("network.symmetry")) deck.params.network.symmetry = "odd";
    if (!is_set("train.weight") && deck.params.train.target == "posterior") deck.params.train.weight = "low-noise";
    const bool corrected = deck.params.sample.corrections > 0;  // which adams4 does not allow for
    if (!is_set("sample.sampler")) deck.params.sample.sampler = {corrected ? "ode4" : "adams4"};
    if (!is_set("sample.steps")) deck.params.sample.steps = {corrected ? 16 : 28};
  }
  if (is_lattice(deck.params.model)) set_field_score_defaults(deck, is_set);
  if (is_complex_field(deck.params.model)) {
    if (!is_set("generate.algorithm")) generate.algorithm = "langevin";
    if (!is_set("generate.step")) generate.step = 0.005;
    if (!is_set("generate.largest-drift")) generate.largest_drift = 0.5;
  }
  if (generate.algorithm == "langevin" && !is_set("generate.cluster")) generate.cluster = 0;  // the two do not go together
  if (generate.algorithm == "langevin-corrected" && !is_set("generate.acceptance")) generate.acceptance = 0.57;  // costs least
}

}  // namespace scorefield
