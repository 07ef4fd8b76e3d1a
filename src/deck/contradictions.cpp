#include "deck/contradictions.h"

#include <set>

#include "base/error.h"
#include "base/work_plan.h"
#include "deck/keys.h"

namespace scorefield {
namespace {

constexpr std::int64_t kMostSites = std::int64_t{1} << 30;  // sites are numbered by 32-bit integers

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

/// Keys of the network and its training that contradict each other.
void check_network(const Deck& deck) {
  const Params& p = deck.params;
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
    const bool waits = !key.condition.strict && is_lattice(deck.params.model);
    if (waits || key.applies(deck.params) || deck.places.count(key.full_name()) == 0) continue;
    throw InputError(deck.places.at(key.full_name()) + ": " + key.full_name() + " means nothing for model.name = " +
                     deck.params.model.name + ": it belongs to " + key.condition.text + ", leave it out");
  }
}

/// Keys of a lattice run that contradict each other.
void check_lattice(const Deck& deck) {
  const Params& p = deck.params;
  const auto refuse = [&](const std::vector<std::string>& keys, const std::string& what) { throw InputError(deck.place_of(keys) + what); };
  if (p.lattice.size.size() != 2) refuse({"lattice.size"}, "lattice.size takes two numbers: extents in y and x");
  if (p.lattice.process_grid.size() != 3)
    refuse({"lattice.process-grid"}, "lattice.process-grid takes three numbers: replicas, ranks along y, ranks along x (0: chosen)");
  if (p.lattice.size[0] > kMostSites / p.lattice.size[1]) {
    refuse({"lattice.size"}, "lattice.size asks for more than " + std::to_string(kMostSites) + " sites: take a smaller lattice");
  }
  if (p.model.name == "gaussian-field" && p.model.kappa >= 0.25) {
    refuse({"model.kappa"},
           "model.kappa = " + shortest(p.model.kappa) + ": a free field needs kappa < 0.25, else its action has no minimum");
  }
  if (p.generate.algorithm == "langevin" && (p.generate.cluster > 0 || p.generate.flip == "yes")) {
    refuse({"generate.algorithm", "generate.cluster", "generate.flip"},
           "generate.algorithm = langevin without correction does not go with cluster updates or flips of the sign, which are exact: set "
           "generate.cluster = 0 and generate.flip = no, or take langevin-corrected");
  }
  if (p.generate.algorithm == "import" && p.generate.import_file.empty()) {
    refuse({"generate.algorithm"}, "generate.algorithm = import needs generate.import-file");
  }
  if (p.generate.algorithm != "import" && !p.generate.import_file.empty()) {
    refuse({"generate.algorithm", "generate.import-file"},
           "generate.import-file is read by generate.algorithm = import only, and it is " + p.generate.algorithm + ": leave one out");
  }
  if (p.generate.start == "file" && p.generate.start_file.empty()) {
    refuse({"generate.start"}, "generate.start = file needs generate.start-file");
  }
  if (p.generate.start != "file" && !p.generate.start_file.empty()) {
    refuse({"generate.start", "generate.start-file"},
           "generate.start-file is read by generate.start = file only, and it is " + p.generate.start + ": leave one out");
  }
}

}  // namespace

void refuse_contradictions(const Deck& deck) {
  const Params& p = deck.params;
  check_conditions(deck);
  if (is_lattice(p.model)) return check_lattice(deck);
  check_list_length(deck, "sample.samples", p.sample.samples.size(), p.sample.score.size());
  check_list_length(deck, "sample.sampler", p.sample.sampler.size(), p.sample.score.size());
  check_list_length(deck, "sample.steps", p.sample.steps.size(), p.sample.score.size());
  check_distinct(deck, "forward.process", p.forward.process, [](const Process& v) { return v.name; });
  check_distinct(deck, "sample.score", p.sample.score, [](const std::string& v) { return v; });
  check_network(deck);
  check_bins(deck, "generate.samples", p.generate.samples);
  for (const std::int64_t samples : p.sample.samples) check_bins(deck, "sample.samples", samples);
}

}  // namespace scorefield
