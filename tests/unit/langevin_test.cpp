#include "ensemble/langevin.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numbers>

#include "base/rng.h"
#include "lattice_support.h"

namespace scorefield {
namespace {

constexpr std::uint64_t kSeed = 77;

/// What an update leaves of a field on the lattice of the chains.
std::vector<double> updated(test::TestChains& chains, const Update& update, std::uint64_t number) {
  update.apply(chains.group, chains.work, number);
  return chains.sites(chains.group.phi);
}

std::vector<double> noise_of(const test::TestChains& chains, Stream stream, std::uint64_t step) {
  const std::int64_t sites = chains.domain.lattice().sites();
  std::vector<double> noise(static_cast<std::size_t>(chains.group.chains.size() * sites));
  fill_normals({kSeed, stream, step}, static_cast<std::uint64_t>(chains.group.chains.begin * sites), noise);
  return noise;
}

// Step by step the formulas of both schemes, with the noise of the chain and the step, to rounding.
TEST(Langevin, StepsAreTheFormulas) {
  constexpr Extents kLattice{5, 8};
  constexpr double kEpsilon = 0.07;
  const test::PlainPhi4 plain{kLattice, 0.27, 0.1};
  for (const LangevinScheme scheme : {LangevinScheme::euler, LangevinScheme::second_order}) {
    test::TestChains chains(kLattice, {2, 3}, Phi4(plain.kappa, plain.lambda));
    chains.set_normals(chains.group.phi, 1);
    chains.group.action_known = true;
    std::vector<double> phi = chains.sites(chains.group.phi);
    const auto result = updated(chains, Langevin(kSeed, kEpsilon, 3, scheme), 4);
    for (std::uint64_t step = 12; step < 15; ++step) {
      const auto force = plain.force(phi), now = noise_of(chains, Stream::langevin_noise, step),
                 next = noise_of(chains, Stream::langevin_noise, step + 1);
      for (std::size_t i = 0; i < phi.size(); ++i) {
        const double noise = scheme == LangevinScheme::euler ? 2.0 * now[i] : now[i] + next[i];
        phi[i] += kEpsilon * force[i] + std::sqrt(0.5 * kEpsilon) * noise;
      }
    }
    for (std::size_t i = 0; i < phi.size(); ++i) EXPECT_NEAR(result[i], phi[i], 1e-14 * 40);
    EXPECT_FALSE(chains.group.action_known);
  }
}

// The noise of consecutive updates joins: two updates of n steps are one of 2 n, to the bit.
TEST(Langevin, UpdatesJoin) {
  for (const LangevinScheme scheme : {LangevinScheme::euler, LangevinScheme::second_order}) {
    test::TestChains two({3, 7}, {1, 4}, Phi4(0.27, 0.1)), one({3, 7}, {1, 4}, Phi4(0.27, 0.1));
    for (test::TestChains* chains : {&two, &one}) chains->set_normals(chains->group.phi, 1);
    const Langevin five(kSeed, 0.07, 5, scheme), ten(kSeed, 0.07, 10, scheme);
    updated(two, five, 6);
    const auto other = updated(one, five, 6);
    EXPECT_EQ(test::different(updated(two, five, 7), other), other.size());
    one.set_normals(one.group.phi, 1);
    EXPECT_EQ(test::different(updated(one, ten, 3), two.sites(two.group.phi)), 0u);
  }
}

// Delta H of a corrected step is the logarithm of Metropolis and Hastings' ratio for the proposal phi' = phi + epsilon F + sqrt(2 epsilon)
// eta: S' - S + ((phi - phi' - epsilon F')^2 - (phi' - phi - epsilon F)^2)/(4 epsilon). The probability of an update is the mean over its
// steps.
TEST(CorrectedLangevin, IsMetropolisHastings) {
  constexpr Extents kLattice{5, 8};
  constexpr double kEpsilon = 0.15;
  const test::PlainPhi4 plain{kLattice, 0.27, 0.1};
  test::TestChains chains(kLattice, {2, 3}, Phi4(plain.kappa, plain.lambda));
  chains.set_normals(chains.group.phi, 1);
  int accepted = 0;
  for (std::uint64_t number = 0; number < 40; ++number) {
    const auto before = chains.sites(chains.group.phi), force = plain.force(before);
    auto after = before;
    const auto eta = noise_of(chains, Stream::momenta, number << 20);
    for (std::size_t i = 0; i < after.size(); ++i) after[i] += kEpsilon * force[i] + std::sqrt(2.0 * kEpsilon) * eta[i];
    const auto back = plain.force(after);
    long double ratio = plain.action(after) - plain.action(before);
    for (std::size_t i = 0; i < after.size(); ++i) {
      const double there = after[i] - before[i] - kEpsilon * force[i], here = before[i] - after[i] - kEpsilon * back[i];
      ratio += (here * here - there * there) / (4.0 * kEpsilon);
    }
    const auto result = updated(chains, CorrectedLangevin(kSeed, kEpsilon, 1), number);
    const Outcome& outcome = chains.group.outcome[0];
    EXPECT_NEAR(outcome.delta_h, static_cast<double>(ratio), 1e-7);
    EXPECT_EQ(outcome.probability, std::min(1.0, std::exp(-outcome.delta_h)));
    for (std::size_t i = 0; i < after.size(); ++i) EXPECT_NEAR(result[i], outcome.accepted ? after[i] : before[i], 1e-13);
    accepted += outcome.accepted ? 1 : 0;
  }
  EXPECT_GT(accepted, 8);
  EXPECT_LT(accepted, 36);
}

// The outcome of an update of several steps: the mean probability, and the last Delta H. Steps of one update and the first of the next
// have noise of their own.
TEST(CorrectedLangevin, OutcomeOfSeveralSteps) {
  test::TestChains three({5, 8}, {2, 4}, Phi4(0.27, 0.1)), ones({5, 8}, {2, 4}, Phi4(0.27, 0.1));
  for (test::TestChains* chains : {&three, &ones}) chains->set_normals(chains->group.phi, 1);
  const double half = std::sqrt(0.5 * 0.15);
  const Hmc step(kSeed, {0.0, {{half, 2.0 * half}, {half, 0.0}}});
  for (std::uint64_t number = 0; number < 2; ++number) {
    std::vector<double> probability(2);
    for (std::uint64_t i = 0; i < 3; ++i) {
      step.apply(ones.group, ones.work, (number << 20) + i);
      for (std::size_t chain = 0; chain < 2; ++chain) probability[chain] += ones.group.outcome[chain].probability;
    }
    const auto result = updated(three, CorrectedLangevin(kSeed, 0.15, 3), number);
    EXPECT_EQ(test::different(result, ones.sites(ones.group.phi)), 0u);
    for (std::size_t chain = 0; chain < 2; ++chain) {
      EXPECT_EQ(three.group.outcome[chain].probability, probability[chain] / 3.0);
      EXPECT_EQ(three.group.outcome[chain].delta_h, ones.group.outcome[chain].delta_h);
    }
  }
}

constexpr Extents kFree{4, 6};
constexpr double kKappa = 0.15, kEpsilon = 0.2;

/// Modes of a small lattice; those with the same cosines are taken together.
class Modes {
 public:
  Modes() {
    for (std::int64_t ky = 0; ky < kFree.y; ++ky) {
      for (std::int64_t kx = 0; kx < kFree.x; ++kx) {
        const double angle_y = 2.0 * std::numbers::pi * static_cast<double>(ky) / static_cast<double>(kFree.y),
                     angle_x = 2.0 * std::numbers::pi * static_cast<double>(kx) / static_cast<double>(kFree.x);
        Mode mode{std::min(ky, kFree.y - ky) * kFree.x + std::min(kx, kFree.x - kx), {}, {}};
        stiffness[mode.kind] = 2.0 - 4.0 * kKappa * (std::cos(angle_y) + std::cos(angle_x));
        ++members_[mode.kind];
        for (std::int64_t site = 0; site < kFree.sites(); ++site) {
          const std::int64_t y = site / kFree.x, x = site % kFree.x;
          const double angle = angle_y * static_cast<double>(y) + angle_x * static_cast<double>(x);
          mode.cosine.push_back(std::cos(angle));
          mode.sine.push_back(std::sin(angle));
        }
        modes_.push_back(mode);
      }
    }
  }

  /// Adds `weight` times |phi_k|^2 of a field, averaged over the members of each kind.
  void add_powers(const double* phi, double weight, std::map<std::int64_t, double>& powers) const {
    const auto sites = static_cast<std::size_t>(kFree.sites());
    for (const Mode& mode : modes_) {
      double real = 0.0, imaginary = 0.0;
      for (std::size_t site = 0; site < sites; ++site) {
        real += mode.cosine[site] * phi[site];
        imaginary += mode.sine[site] * phi[site];
      }
      powers[mode.kind] += weight * (real * real + imaginary * imaginary) / static_cast<double>(sites * members_.at(mode.kind));
    }
  }

  std::map<std::int64_t, double> stiffness;  ///< S_k of each kind

 private:
  struct Mode {
    std::int64_t kind;
    std::vector<double> cosine, sine;
  };
  std::vector<Mode> modes_;
  std::map<std::int64_t, std::size_t> members_;
};

/// Variances of the modes of the free field, each with its error, from 64 chains of 1500 updates.
std::map<std::int64_t, test::Estimate> variances(const Modes& modes, const Update& update, double& acceptance) {
  constexpr std::uint64_t kThermalisation = 30, kUpdates = 1500;
  test::TestChains chains(kFree, test::my_share(64), Phi4(kKappa, 0.0));
  chains.set_normals(chains.group.phi, 1);
  const std::size_t n = chains.group.outcome.size();
  std::vector<std::map<std::int64_t, double>> powers(n);
  std::vector<double> probability(n);
  for (std::uint64_t number = 0; number < kThermalisation + kUpdates; ++number) {
    const auto phi = updated(chains, update, number);
    if (number < kThermalisation) continue;
    for (std::size_t i = 0; i < n; ++i) {
      modes.add_powers(phi.data() + i * static_cast<std::size_t>(kFree.sites()), 1.0 / kUpdates, powers[i]);
      probability[i] += chains.group.outcome[i].probability / kUpdates;
    }
  }
  acceptance = test::over_chains(probability).mean;
  std::map<std::int64_t, test::Estimate> result;
  for (const auto& [kind, stiffness] : modes.stiffness) {
    std::vector<double> mine;
    for (auto& each : powers) mine.push_back(each[kind]);
    result[kind] = test::over_chains(mine);
  }
  return result;
}

// Mode by mode, 12 kinds of them, to better than 1 %: Euler's variance is 1/(S_k (1 - epsilon S_k/2)), that of the other schemes 1/S_k;
// 4 sigma each, while Euler's would be more than 20 sigma off for the others, and the other way round.
TEST(Langevin, FreeField) {
  const Modes modes;
  EXPECT_EQ(modes.stiffness.size(), 12u);
  const Langevin euler(kSeed, kEpsilon, 5, LangevinScheme::euler), second(kSeed, kEpsilon, 5, LangevinScheme::second_order);
  const CorrectedLangevin corrected(kSeed, kEpsilon, 5);
  for (const Update* update :
       {static_cast<const Update*>(&euler), static_cast<const Update*>(&second), static_cast<const Update*>(&corrected)}) {
    double acceptance = 0.0, worst = 0.0, other = 0.0, precision = 0.0;
    for (const auto& [kind, variance] : variances(modes, *update, acceptance)) {
      const double s = modes.stiffness.at(kind), exact = 1.0 / s, of_euler = 1.0 / (s * (1.0 - 0.5 * kEpsilon * s));
      worst = std::max(worst, std::abs(variance.sigmas_from(update == &euler ? of_euler : exact)));
      other = std::max(other, std::abs(variance.sigmas_from(update == &euler ? exact : of_euler)));
      precision = std::max(precision, variance.error / variance.mean);
    }
    EXPECT_LT(worst, 4.0);
    EXPECT_GT(other, 20.0);
    EXPECT_LT(precision, 0.01);
    EXPECT_EQ(acceptance < 0.95, update == &corrected) << acceptance;
  }
}

}  // namespace
}  // namespace scorefield
