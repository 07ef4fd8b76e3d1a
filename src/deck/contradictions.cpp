#include "deck/contradictions.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/work_plan.h"
#include "deck/checks.h"
#include "deck/keys.h"

namespace scorefield {
namespace {

constexpr double kMostSteps = 1 << 20;    // of an update: noise is numbered by update * 2^20 + step
constexpr double kMostUpdates = 1 << 26;  // of a walker: noise is numbered by its steps, of 2^20 an update at most
constexpr double kShortestExact = 1e-3;   // trajectory |sigma_0|: var(y|x) is of third order in it

void check_bins(const Deck& deck, const std::string& key, std::int64_t samples) {
  const std::int64_t bins = deck.params.measure.bins;
  if (bins * kSmallestBlock <= samples) return;
  throw InputError(deck.place_of({"measure.bins", key}) + "measure.bins = " + std::to_string(bins) + " asks for more than " + key + " = " +
                   std::to_string(samples) + ": a bin needs " + std::to_string(kSmallestBlock) + " configurations; take " +
                   std::to_string(std::max<std::int64_t>(1, samples / kSmallestBlock)) + " bins, or " +
                   std::to_string(bins * kSmallestBlock) + " configurations");
}

/// True of a key that was set, and has no meaning as other keys are set.
bool is_idle(const Deck& deck, const Key& key) { return !key.applies(deck.params) && deck.places.contains(key.full_name()); }

/// True if it may be set all the same, for when those others are.
bool waits(const Deck& deck, const Key& key) { return key.condition.may_wait != nullptr && key.condition.may_wait(deck.params); }

/// Keys that mean nothing for the deck's model.
void check_conditions(const Deck& deck) {
  for (const Key& key : all_keys()) {
    if (!is_idle(deck, key) || waits(deck, key)) continue;
    throw InputError(deck.places.at(key.full_name()) + ": " + key.full_name() + " means nothing for model.name = " +
                     deck.params.model.name + ": it belongs to " + key.condition.text + ", leave it out");
  }
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

}  // namespace

void refuse(const Deck& deck, const std::vector<std::string>& keys, const std::string& what) {
  throw InputError(deck.place_of(keys) + what);
}

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

std::vector<std::string> keys_without_effect(const Deck& deck) {
  std::vector<std::pair<std::string, std::string>> by_condition;
  for (const Key& key : all_keys()) {
    if (!is_idle(deck, key)) continue;
    const std::string idle = key.full_name() + " (" + deck.places.at(key.full_name()) + ")";
    const auto known =
        std::find_if(by_condition.begin(), by_condition.end(), [&](const auto& each) { return each.first == key.condition.text; });
    if (known == by_condition.end()) {
      by_condition.emplace_back(key.condition.text, idle);
    } else {
      known->second += ", " + idle;
    }
  }
  std::vector<std::string> lines;
  for (const auto& [condition, keys] : by_condition) lines.push_back(keys + ": for " + condition);
  return lines;
}

void refuse_contradictions(const Deck& deck) {
  const Params& p = deck.params;
  check_conditions(deck);
  if (is_lattice(p.model)) return check_lattice(deck);
  if (is_walker(p.model)) {
    check_walkers(deck);
    check_steps(deck);
    if (!diffuses(p)) return check_bins(deck, "generate.samples", p.generate.samples);
  }
  check_point_score(deck);
  check_bins(deck, "generate.samples", p.generate.samples);
  for (const std::int64_t samples : p.sample.samples) check_bins(deck, "sample.samples", samples);
}

}  // namespace scorefield
