#include "deck/contradictions.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/work_plan.h"
#include "deck/keys.h"

namespace scorefield {
namespace {

constexpr std::int64_t kMostSites = std::int64_t{1} << 30;  // sites are numbered by 32-bit integers
constexpr double kMostDamping = 60.0;                       // c u(T): f(T) = exp(-c u/2), which rounding still knows
constexpr std::int64_t kCoarsest = 1 << 20;                 // sites in one of a unet
constexpr double kMostSteps = 1 << 20;                      // of an update: noise is numbered by update * 2^20 + step
constexpr double kMostUpdates = 1 << 26;                    // of a walker: noise is numbered by its steps, of 2^20 an update at most
constexpr double kShortestExact = 1e-3;                     // trajectory |sigma_0|: var(y|x) is of third order in it
constexpr std::int64_t kFewestOfLevel = 8;                  // configurations that are read together
constexpr double kMostDepth = 1 << 18;                      // energies are summed to 2^19 a site, and fluctuate

void check_list_length(const Deck& deck, const std::string& key, std::size_t length, std::size_t scores) {
  if (length != 1 && length != scores) {
    throw InputError(deck.place_of({key, "sample.score"}) + key + " has " + std::to_string(length) +
                     " entries: give one for all scores, or one for each of the " + std::to_string(scores) + " in sample.score");
  }
}

void check_bins(const Deck& deck, const std::string& key, std::int64_t samples) {
  const std::int64_t bins = deck.params.measure.bins;
  if (bins * kSmallestBlock <= samples) return;
  throw InputError(deck.place_of({"measure.bins", key}) + "measure.bins = " + std::to_string(bins) + " asks for more than " + key + " = " +
                   std::to_string(samples) + ": a bin needs " + std::to_string(kSmallestBlock) +
                   " configurations; take fewer bins or more configurations");
}

template <class T, class Name>
void check_distinct(const Deck& deck, const std::string& key, const std::vector<T>& values, Name name) {
  std::set<std::string> seen;
  for (const T& value : values) {
    if (!seen.insert(name(value)).second) {
      throw InputError(deck.place_of({key}) + key + " names " + name(value) + " twice: each makes files of its own, name it once");
    }
  }
}

/// Lists of which each score has an entry.
void check_scores(const Deck& deck) {
  const Params& p = deck.params;
  check_list_length(deck, "sample.samples", p.sample.samples.size(), p.sample.score.size());
  check_list_length(deck, "sample.sampler", p.sample.sampler.size(), p.sample.score.size());
  check_list_length(deck, "sample.steps", p.sample.steps.size(), p.sample.score.size());
  check_distinct(deck, "forward.process", p.forward.process, [](const Process& v) { return v.name; });
  check_distinct(deck, "sample.score", p.sample.score, [](const std::string& v) { return v; });
}

/// Keys of the network and its training that contradict each other.
void check_network(const Deck& deck) {
  const Params& p = deck.params;
  if (has_law(p.model) && p.network.activation == "cubic") {
    throw InputError(deck.place_of({"network.activation"}) + "network.activation = cubic is for fields on a lattice: take silu");
  }
  if (p.network.embedding % 2 != 0) {
    throw InputError(deck.place_of({"network.embedding"}) + "network.embedding = " + std::to_string(p.network.embedding) +
                     " is odd: each frequency makes a sine and a cosine, take an even number");
  }
  if (p.network.symmetry == "odd" && p.model.weight != 0.5) {
    throw InputError(deck.place_of({"network.symmetry", "model.weight"}) + "network.symmetry = odd contradicts model.weight = " +
                     shortest(p.model.weight) + ": peaks of unequal weight are not symmetric, take network.symmetry = none");
  }
  if (p.train.warmup >= p.train.steps) {
    throw InputError(deck.place_of({"train.warmup", "train.steps"}) + "train.warmup = " + std::to_string(p.train.warmup) +
                     " leaves nothing of train.steps = " + std::to_string(p.train.steps) + ": take more steps or a shorter warmup");
  }
}

/// Keys that mean nothing for the deck's model.
void check_conditions(const Deck& deck) {
  for (const Key& key : all_keys()) {
    const bool waits = key.condition.may_wait != nullptr && key.condition.may_wait(deck.params);
    if (waits || key.applies(deck.params) || !deck.places.contains(key.full_name())) continue;
    throw InputError(deck.places.at(key.full_name()) + ": " + key.full_name() + " means nothing for model.name = " +
                     deck.params.model.name + ": it belongs to " + key.condition.text + ", leave it out");
  }
}

[[noreturn]] void refuse(const Deck& deck, const std::vector<std::string>& keys, const std::string& what) {
  throw InputError(deck.place_of(keys) + what);
}

void check_extents(const Deck& deck) {
  const LatticeParams& lattice = deck.params.lattice;
  if (lattice.size.size() != 2) refuse(deck, {"lattice.size"}, "lattice.size takes two numbers: extents in y and x");
  if (lattice.process_grid.size() != 3) {
    refuse(deck, {"lattice.process-grid"}, "lattice.process-grid takes three numbers: replicas, ranks along y, ranks along x (0: chosen)");
  }
  if (lattice.size[0] > kMostSites / lattice.size[1]) {
    refuse(deck, {"lattice.size"}, "lattice.size asks for more than " + std::to_string(kMostSites) + " sites: take a smaller lattice");
  }
}

/// How far the action density of phi4 goes below zero: at its minimum all sites have the same field.
double depth_of_minimum(const ModelParams& model) {
  const double mass = std::max(0.0, 4.0 * model.kappa - 1.0 + 2.0 * model.lambda);
  return mass * mass / (4.0 * model.lambda);
}

void check_couplings(const Deck& deck) {
  const ModelParams& model = deck.params.model;
  if (model.name == "complex-phi4" && model.lambda <= 0.0 &&
      !(model.lambda == 0.0 && model.lambda_im == 0.0 && model.mass > 4.0 * model.kappa)) {
    refuse(deck, {"model.lambda", "model.lambda-im", "model.mass", "model.kappa"},
           "model.lambda = " + shortest(model.lambda) + ", model.lambda-im = " + shortest(model.lambda_im) +
               ", model.mass = " + shortest(model.mass) + " and model.kappa = " + shortest(model.kappa) +
               ": the integral of exp(-S) does not converge, take lambda > 0, or lambda = lambda-im = 0 and mass > 4 kappa");
  }
  if (model.name == "bose-gas" && model.lambda <= 0.0 && !(model.lambda == 0.0 && model.mass_squared + 2.0 > 2.0 * std::cosh(model.mu))) {
    refuse(deck, {"model.lambda", "model.mass-squared", "model.mu"},
           "model.lambda = " + shortest(model.lambda) + ", model.mass-squared = " + shortest(model.mass_squared) +
               ", model.mu = " + shortest(model.mu) +
               ": the integral of exp(-S) does not converge, take lambda > 0, or lambda = 0 below the onset, 2 cosh(mu) < 2 + m^2");
  }
  if (model.name == "phi4" && model.lambda <= 0.0) {
    refuse(deck, {"model.lambda"}, "model.lambda = " + shortest(model.lambda) + ": the action has no minimum, take lambda > 0");
  }
  if (model.name == "gaussian-field" && model.kappa >= 0.25) {
    refuse(deck, {"model.kappa"},
           "model.kappa = " + shortest(model.kappa) + ": a free field needs kappa < 0.25, else its action has no minimum");
  }
  if (model.name == "phi4" && depth_of_minimum(model) > kMostDepth) {
    refuse(deck, {"model.kappa", "model.lambda"},
           "model.kappa = " + shortest(model.kappa) + " and model.lambda = " + shortest(model.lambda) + ": the action has its minimum at " +
               shortest(-std::round(depth_of_minimum(model))) + " a site, and energies are summed to " + shortest(kMostDepth) +
               " a site only: take a larger lambda or a smaller kappa");
  }
}

/// Steps of an update that noise is numbered for.
void check_steps(const Deck& deck) {
  const GenerateParams& generate = deck.params.generate;
  if (generate.trajectory / generate.step <= kMostSteps) return;
  refuse(deck, {"generate.step", "generate.trajectory"},
         "generate.trajectory = " + shortest(generate.trajectory) + " and generate.step = " + shortest(generate.step) + " make more than " +
             shortest(kMostSteps) + " steps an update: take a larger step or a shorter trajectory");
}

void check_noise(const Deck& deck) {
  const double noise_y = deck.params.generate.noise_y;
  if (noise_y >= 0.0) return;
  refuse(deck, {"generate.noise-y"}, "generate.noise-y = " + shortest(noise_y) + ": N_y is the variance of a real noise, take 0 or more");
}

/// Couplings for which the integral of exp(-S) exists, and what moves walkers.
void check_walkers(const Deck& deck) {
  const ModelParams& model = deck.params.model;
  const GenerateParams& generate = deck.params.generate;
  if (model.name == "gaussian" && model.a <= 0.0) {
    refuse(deck, {"model.a"}, "model.a = " + shortest(model.a) + ": the integral of exp(-sigma_0 z^2/2) does not converge, take a > 0");
  }
  if (model.name == "quartic" && model.lambda <= 0.0) {
    refuse(deck, {"model.lambda"},
           "model.lambda = " + shortest(model.lambda) + ": the integral of exp(-lambda z^4/4) does not converge, take a real part above 0");
  }
  check_noise(deck);
  if ((generate.length & (generate.length - 1)) != 0) {
    refuse(deck, {"generate.length"},
           "generate.length = " + std::to_string(generate.length) +
               ": walkers fill blocks of 64 configurations, take 1, 2, 4, 8, 16, 32 or 64");
  }
  if (generate.scheme == "exact" && model.name != "gaussian") {
    refuse(deck, {"generate.scheme"},
           "generate.scheme = exact is for model.name = gaussian, and it is " + model.name + ": take second-order");
  }
  const double turn = generate.trajectory * std::hypot(model.a, model.b);
  if (generate.scheme == "exact" && turn < kShortestExact) {
    refuse(deck, {"generate.trajectory"},
           "generate.trajectory = " + shortest(generate.trajectory) +
               " is too short for generate.scheme = exact, whose covariance would lose its digits: take " + shortest(kShortestExact) +
               "/|sigma_0| at least");
  }
  const double updates = static_cast<double>(generate.thermalisation) + static_cast<double>(generate.length * generate.separation);
  if (updates > kMostUpdates) {
    refuse(deck, {"generate.thermalisation", "generate.separation"},
           "generate.thermalisation and generate.separation make " + shortest(updates) + " updates a walker, more than " +
               shortest(kMostUpdates) + ": make updates longer (generate.trajectory), or take fewer");
  }
}

/// Complex fields have no probability to accept with, no signs and no kernel.
void check_complex_updates(const Deck& deck) {
  const GenerateParams& generate = deck.params.generate;
  const std::string model = deck.params.model.name;
  if (generate.algorithm != "langevin") {
    refuse(deck, {"generate.algorithm"},
           "generate.algorithm = " + generate.algorithm + ": " + model +
               " has complex couplings, and no probability to accept with: take langevin");
  }
  for (const char* name : {"acceleration", "cluster", "flip", "integrator", "acceptance"}) {
    const std::string key = std::string("generate.") + name;
    if (deck.places.contains(key)) refuse(deck, {key}, key + " means nothing for model.name = " + model + ": leave it out");
  }
  check_noise(deck);
}

/// How chains are moved; an import has none that are.
void check_updates(const Deck& deck) {
  const GenerateParams& generate = deck.params.generate;
  if (generate.algorithm == "import") return;
  if (is_complex(deck.params.model)) check_complex_updates(deck);
  if (generate.algorithm == "langevin" && (generate.cluster > 0 || generate.flip == "yes")) {
    refuse(deck, {"generate.algorithm", "generate.cluster", "generate.flip"},
           "generate.algorithm = langevin without correction does not go with cluster updates or flips of the sign, which are exact: set "
           "generate.cluster = 0 and generate.flip = no, or take langevin-corrected");
  }
  if (generate.algorithm == "langevin" && generate.scheme == "exact") {
    refuse(deck, {"generate.scheme"},
           "generate.scheme = exact is for model.name = gaussian, and it is " + deck.params.model.name + ": take second-order");
  }
  check_steps(deck);
}

/// Files that configurations come from.
void check_sources(const Deck& deck) {
  const GenerateParams& generate = deck.params.generate;
  if (generate.algorithm == "import" && generate.import_file.empty()) {
    refuse(deck, {"generate.algorithm"}, "generate.algorithm = import needs generate.import-file");
  }
  if (generate.algorithm == "import" && !deck.places.contains("generate.chains")) {
    refuse(deck, {"generate.algorithm"},
           "generate.algorithm = import needs generate.chains, for errors depend on how many Markov chains made the configurations "
           "(ordered by trajectory, then chain): set it, to 1 for a single chain");
  }
  if (generate.algorithm != "import" && !generate.import_file.empty()) {
    refuse(deck, {"generate.algorithm", "generate.import-file"},
           "generate.import-file is read by generate.algorithm = import only, and it is " + generate.algorithm + ": leave one out");
  }
  if (generate.start == "file" && generate.start_file.empty()) {
    refuse(deck, {"generate.start"}, "generate.start = file needs generate.start-file");
  }
  if (generate.start != "file" && !generate.start_file.empty()) {
    refuse(deck, {"generate.start", "generate.start-file"},
           "generate.start-file is read by generate.start = file only, and it is " + generate.start + ": leave one out");
  }
}

/// Configurations of the ensemble that a noise level works with.
void check_share(const Deck& deck, const std::string& key, std::int64_t count) {
  const std::int64_t samples = deck.params.generate.samples;
  if (count >= kFewestOfLevel && count <= samples) return;
  refuse(deck, {key, "generate.samples"},
         key + " = " + std::to_string(count) + ": a noise level works with at least " + std::to_string(kFewestOfLevel) +
             " configurations of the ensemble, and with none twice; generate.samples = " + std::to_string(samples));
}

/// A network on the lattice.
void check_field_network(const Deck& deck) {
  const Params& p = deck.params;
  check_network(deck);
  const std::int64_t samples = p.generate.samples;
  if (p.train.batch > samples - samples / 16) {
    refuse(deck, {"train.batch", "generate.samples"},
           "train.batch = " + std::to_string(p.train.batch) +
               " is more than fifteen sixteenths of generate.samples = " + std::to_string(samples) + ", from which batches are taken");
  }
  if (p.network.kind != "unet") return;
  std::int64_t coarse = 1;
  for (std::size_t i = 1; i < p.network.channels.size() && coarse <= kCoarsest; ++i) coarse *= p.network.stride;
  for (const std::int64_t extent : p.lattice.size) {
    if (coarse <= extent && extent % coarse == 0) continue;
    refuse(deck, {"network.channels", "network.stride", "lattice.size"},
           "network.channels has " + std::to_string(p.network.channels.size()) +
               " resolutions with network.stride = " + std::to_string(p.network.stride) + ", and lattice.size = " + std::to_string(extent) +
               " is no multiple of " + std::to_string(coarse));
  }
}

/// What is recorded along the processes is kept in blocks of so many.
void check_field_samples(const Deck& deck, const std::string& key, std::int64_t samples) {
  if (samples > kSmallestBlock) return;
  refuse(deck, {key},
         key + " = " + std::to_string(samples) + " makes no errors of what is recorded along a process: take " +
             std::to_string(2 * kSmallestBlock) + " or more");
}

/// The diffusion model of a real field.
void check_field_score(const Deck& deck) {
  const Params& p = deck.params;
  check_scores(deck);
  for (const std::string& score : p.sample.score) {
    if (score == "exact") {
      refuse(deck, {"sample.score"},
             "sample.score = exact is for model.name = two-peak: the score of a field is learnt, or that of its reference");
    }
  }
  if (std::find(p.sample.score.begin(), p.sample.score.end(), "none") != p.sample.score.end() && p.sample.score.size() > 1) {
    refuse(deck, {"sample.score"}, "sample.score = none goes with no other: leave one out");
  }
  for (const Process& process : p.forward.process) {
    const double u = (p.forward.sigma * p.forward.sigma - 1.0) / (2.0 * std::log(p.forward.sigma));
    if (process.c * u <= kMostDamping) continue;
    refuse(deck, {"forward.sigma", "forward.process"},
           "forward.sigma = " + shortest(p.forward.sigma) + " leaves nothing of the field in the process " + process.name +
               ", f(T) = exp(-" + shortest(0.5 * process.c * u) + "): take 10 or less");
  }
  if (p.sample.finish > 0 && !rejects(p.generate)) {
    refuse(deck, {"sample.finish", "generate.algorithm"},
           "sample.finish needs updates that leave exp(-S) as it is, and generate.algorithm = " + p.generate.algorithm +
               " has none: take hmc or langevin-corrected, or sample.finish = 0");
  }
  const bool no_features = p.network.order == 0 || (p.network.order < 3 && p.network.reference != "mixture");  // the first are cubic
  if (no_features && p.network.kind == "features") {
    refuse(deck, {"network.order", "network.kind"},
           "network.order = " + std::to_string(p.network.order) + " leaves no features, and network.kind = features has nothing else");
  }
  if (has_field_network(p)) check_field_network(deck);
  for (const std::int64_t samples : p.sample.samples) check_field_samples(deck, "sample.samples", samples);
  check_field_samples(deck, "generate.samples", p.generate.samples);
  check_share(deck, "train.per-level", p.train.per_level);
  if (p.train.validation > 0) check_share(deck, "train.validation", p.train.validation);
}

/// Keys of a lattice run that contradict each other.
void check_lattice(const Deck& deck) {
  check_extents(deck);
  check_couplings(deck);
  check_updates(deck);
  check_sources(deck);
  if (diffuses(deck.params)) check_field_score(deck);
}

}  // namespace

void refuse_contradictions(const Deck& deck) {
  const Params& p = deck.params;
  check_conditions(deck);
  if (is_lattice(p.model)) return check_lattice(deck);
  if (is_walker(p.model)) {
    check_walkers(deck);
    check_steps(deck);
    return check_bins(deck, "generate.samples", p.generate.samples);
  }
  check_scores(deck);
  for (const std::string& score : p.sample.score) {
    if (score == "exact" || score == "learnt") continue;
    refuse(deck, {"sample.score"}, "sample.score = " + score + " is for fields on a lattice: take exact or learnt");
  }
  check_network(deck);
  check_bins(deck, "generate.samples", p.generate.samples);
  for (const std::int64_t samples : p.sample.samples) check_bins(deck, "sample.samples", samples);
}

}  // namespace scorefield
