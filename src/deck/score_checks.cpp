#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.h"
#include "base/work_plan.h"
#include "deck/checks.h"
#include "deck/keys.h"

namespace scorefield {
namespace {

constexpr double kMostDamping = 60.0;              // c u(T): f(T) = exp(-c u/2), which rounding still knows
constexpr std::int64_t kCoarsest = 1 << 20;        // sites in one of a unet
constexpr std::int64_t kSmallestCalibration = 64;  // configurations
constexpr std::int64_t kFewestOfLevel = 8;         // configurations that are read together

void check_list_length(const Deck& deck, const std::string& key, std::size_t length, std::size_t scores) {
  if (length != 1 && length != scores) {
    throw InputError(deck.place_of({key, "sample.score"}) + key + " has " + std::to_string(length) +
                     " entries: give one for all scores, or one for each of the " + std::to_string(scores) + " in sample.score");
  }
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
  if (!is_lattice(p.model) && p.network.activation == "cubic") {
    throw InputError(deck.place_of({"network.activation"}) + "network.activation = cubic is for fields on a lattice: take silu");
  }
  if (p.network.energy == "yes" && p.network.activation == "leaky-relu") {
    refuse(deck, {"network.activation", "network.energy"},
           "network.activation = leaky-relu has a slope in pieces, of which network.energy = yes would make the score: take silu or tanh");
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

/// Corrections need a density, and samplers of one step that know their noise level.
void check_corrections(const Deck& deck) {
  const Params& p = deck.params;
  if (p.sample.corrections == 0) return;
  if (p.network.energy != "yes") {
    refuse(
        deck, {"sample.corrections", "network.energy"},
        "sample.corrections are accepted by the learnt density, which only network.energy = yes has: set that, or sample.corrections = 0");
  }
  for (std::size_t i = 0; i < p.sample.score.size(); ++i) {
    const std::string sampler = sampler_of(p.sample, i);
    if (p.sample.score[i] != "learnt" || sampler.starts_with("ode") || sampler.starts_with("sde")) continue;
    refuse(deck, {"sample.corrections", "sample.sampler"},
           "sample.corrections move configurations between steps, and sample.sampler = " + sampler +
               " does not allow for that: it steps in time, or uses slopes of older steps; take ode4");
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
  if (p.train.batch > samples - held_out(p)) {
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

/// What the calibration takes out is what a score has beyond the best linear denoiser.
void check_calibration(const Deck& deck) {
  const Params& p = deck.params;
  if (p.network.reference == "none" && p.network.kind == "features") {
    refuse(deck, {"network.reference", "network.kind"},
           "network.reference = none leaves what is linear in the field to be learnt, which features have not: take gaussian, mixture or a "
           "network");
  }
  if (p.network.reference == "none" && p.network.peaks > 0) {
    refuse(deck, {"network.peaks", "network.reference"},
           "network.peaks = " + std::to_string(p.network.peaks) +
               " is the law of the zero mode of a reference, and network.reference = none has none: take 0");
  }
  if (p.network.reference == "none" && p.train.calibration > 0) {
    refuse(
        deck, {"train.calibration", "network.reference"},
        "train.calibration would take out what is linear in the field, which with network.reference = none a network has to learn: take 0");
  }
  if (p.train.calibration > 0 && p.train.calibration < kSmallestCalibration) {
    refuse(deck, {"train.calibration"},
           "train.calibration = " + std::to_string(p.train.calibration) + " tells more noise than signal: take " +
               std::to_string(kSmallestCalibration) + " or more, or 0");
  }
}

/// What is recorded along the processes is kept in blocks of so many.
void check_field_samples(const Deck& deck, const std::string& key, std::int64_t samples) {
  if (samples > kSmallestBlock) return;
  refuse(deck, {key},
         key + " = " + std::to_string(samples) + " makes no errors of what is recorded along a process: take " +
             std::to_string(2 * kSmallestBlock) + " or more");
}

}  // namespace

void check_point_score(const Deck& deck) {
  const Params& p = deck.params;
  check_scores(deck);
  for (const std::string& score : p.sample.score) {
    if (score == "exact" && !has_exact_score(p.model)) {
      refuse(deck, {"sample.score"}, "sample.score = exact: the score of model.name = " + p.model.name + " is not known, take learnt");
    }
    if (score == "exact" || score == "learnt") continue;
    refuse(deck, {"sample.score"},
           score == "none" && is_walker(p.model) ? "sample.score = none goes with no other: leave one out"
           : score == "none"                     ? "sample.score = none leaves nothing of model.name = two-peak: take exact or learnt"
                                                 : "sample.score = " + score + " is for fields on a lattice: take exact or learnt");
  }
  if (is_walker(p.model) && p.model.b == 0.0 && p.model.lambda_im == 0.0 && p.generate.noise_y == 0.0) {
    refuse(deck, {"model.b", "sample.score"},
           "model.b = 0 makes a theory with real couplings, whose walkers stay on the real line: it has no score in the plane, take "
           "sample.score = none");
  }
  check_network(deck);
  check_corrections(deck);
}

void check_field_score(const Deck& deck) {
  const Params& p = deck.params;
  check_scores(deck);
  for (const std::string& score : p.sample.score) {
    if (score == "exact") {
      refuse(deck, {"sample.score"},
             "sample.score = exact is for zero-dimensional models: the score of a field is learnt, or that of its reference");
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
  const bool real = p.model.name == "complex-phi4" ? p.model.mass_im == 0.0 && p.model.lambda_im == 0.0 : p.model.mu == 0.0;
  if (is_complex_field(p.model) && real && p.generate.noise_y == 0.0) {
    refuse(deck, {"model.mass-im", "model.lambda-im", "model.mu", "sample.score"},
           "the couplings of model.name = " + p.model.name +
               " are real, and its fields stay so: they have no score in the complex plane, take sample.score = none");
  }
  const std::vector<std::string> models = entries_of(p.train.from);
  if (std::find(models.begin(), models.end(), "") != models.end()) {
    refuse(deck, {"train.from"}, "train.from = " + p.train.from + " names no file at one place: leave out the comma, or name one");
  }
  const bool no_features = p.network.order < 3;  // the first are cubic
  if (no_features && p.network.kind == "features") {
    refuse(deck, {"network.order", "network.kind"},
           "network.order = " + std::to_string(p.network.order) + " leaves no features, and network.kind = features has nothing else");
  }
  if (has_field_network(p)) check_field_network(deck);
  for (const std::int64_t samples : p.sample.samples) check_field_samples(deck, "sample.samples", samples);
  check_field_samples(deck, "generate.samples", p.generate.samples);
  check_calibration(deck);
  check_share(deck, "train.per-level", p.train.per_level);
  if (p.train.validation > 0) check_share(deck, "train.validation", p.train.validation);
}

}  // namespace scorefield
