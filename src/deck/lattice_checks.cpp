#include <algorithm>
#include <cmath>

#include "deck/checks.h"
#include "deck/keys.h"

namespace scorefield {
namespace {

constexpr std::int64_t kMostSites = std::int64_t{1} << 30;  // sites are numbered by 32-bit integers
constexpr double kMostUpdates = 0x1p36;                     // of a chain: noise is numbered by update * 2^20 + step, below 2^56
constexpr double kMostDepth = 1 << 18;                      // energies are summed to 2^19 a site, and fluctuate

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
  const double sweeps = std::ceil(static_cast<double>(generate.samples) / static_cast<double>(generate.chains));
  const double updates = static_cast<double>(generate.thermalisation) + sweeps * static_cast<double>(generate.separation);
  if (updates < kMostUpdates) return;
  refuse(deck, {"generate.thermalisation", "generate.separation", "generate.samples"},
         "generate.thermalisation, generate.separation and generate.samples make " + shortest(updates) + " updates a chain, more than " +
             shortest(kMostUpdates) + ": take more chains, or fewer updates");
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

}  // namespace

void check_lattice(const Deck& deck) {
  check_extents(deck);
  check_couplings(deck);
  check_updates(deck);
  check_sources(deck);
  if (diffuses(deck.params)) check_field_score(deck);
}

}  // namespace scorefield
