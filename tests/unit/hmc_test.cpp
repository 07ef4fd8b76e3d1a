#include "ensemble/hmc.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ensemble/momenta.h"
#include "lattice_support.h"

namespace scorefield {
namespace {

constexpr std::uint64_t kSeed = 31;
constexpr double kKappa = 0.27, kLambda = 0.1;
const Phi4 kAction(kKappa, kLambda);
const char* const kIntegrators[] = {"leapfrog", "omf2", "omf4"};

/// A trajectory from the field and momenta that the chains have.
void move(test::TestChains& chains, const MolecularDynamics& dynamics) {
  chains.work.for_blocks([&](std::int64_t chain, std::size_t tile) {
    add_sites(chains.group.phi.block(chain, tile), dynamics.first_drift, chains.work.momenta().block(chain, tile));
  });
  chains.work.evolve(chains.group.phi, dynamics.stages);
}

// A step's coefficients add up to one and read the same from both ends; drifts that meet are joined. Other names are refused.
TEST(Integrator, Coefficients) {
  for (const char* name : kIntegrators) {
    const Integrator& integrator = integrator_named(name);
    EXPECT_EQ(integrator.name, name);
    for (const auto& part : {integrator.drifts, integrator.kicks}) {
      double sum = 0.0;
      for (std::size_t i = 0; i < part.size(); ++i) {
        sum += part[i];
        EXPECT_EQ(part[i], part[part.size() - 1 - i]);
      }
      EXPECT_NEAR(sum, 1.0, 1e-15);
    }
    const MolecularDynamics three = make_trajectory(integrator, 0.1, 3);
    EXPECT_EQ(three.stages.size(), 3 * integrator.kicks.size());
    double kicks = 0.0, drifts = three.first_drift;
    for (const auto& [kick, drift] : three.stages) {
      kicks += kick;
      drifts += drift;
    }
    EXPECT_NEAR(kicks, 0.3, 1e-15);
    EXPECT_NEAR(drifts, 0.3, 1e-15);
    EXPECT_EQ(three.stages.back().drift, three.first_drift);
    EXPECT_EQ(three.stages[integrator.kicks.size() - 1].drift, 0.1 * (2.0 * integrator.drifts.front()));
  }
  EXPECT_EQ(integrator_named("leapfrog").kicks.size(), 1u);
  EXPECT_EQ(integrator_named("omf2").kicks.size(), 2u);
  EXPECT_EQ(integrator_named("omf4").kicks.size(), 4u);
  EXPECT_EQ(test::caught([] { integrator_named("euler"); }).code, ExitCode::bad_input);
}

// There and, with the momenta turned round, back again, to rounding.
TEST(Hmc, Reversible) {
  for (const char* name : kIntegrators) {
    test::TestChains chains({6, 9}, {0, 2}, kAction);
    const MolecularDynamics dynamics = make_trajectory(integrator_named(name), 0.15, 10);
    chains.set_normals(chains.group.phi, 1);
    chains.set_normals(chains.work.momenta(), 2);
    const auto phi = chains.sites(chains.group.phi), pi = chains.sites(chains.work.momenta());
    move(chains, dynamics);
    auto turned = chains.sites(chains.work.momenta());
    double moved = 0.0, largest = 0.0;
    const auto there = chains.sites(chains.group.phi);
    for (std::size_t i = 0; i < phi.size(); ++i) moved = std::max(moved, std::abs(there[i] - phi[i]));
    for (double& each : turned) each = -each;
    chains.set(chains.work.momenta(), turned);
    move(chains, dynamics);
    const auto back = chains.sites(chains.group.phi), momenta = chains.sites(chains.work.momenta());
    for (std::size_t i = 0; i < phi.size(); ++i) {
      largest = std::max({largest, std::abs(back[i] - phi[i]), std::abs(momenta[i] + pi[i])});
    }
    EXPECT_GT(moved, 1.0) << name;
    EXPECT_LT(largest, 1e-12) << name;
  }
}

/// The field and momenta of a 2 x 2 lattice after a trajectory from these.
std::vector<double> image_of(test::TestChains& chains, const std::vector<double>& point, const MolecularDynamics& dynamics) {
  chains.set(chains.group.phi, std::span(point).first(4));
  chains.set(chains.work.momenta(), std::span(point).last(4));
  move(chains, dynamics);
  std::vector<double> image = chains.sites(chains.group.phi);
  for (const double pi : chains.sites(chains.work.momenta())) image.push_back(pi);
  return image;
}

/// By elimination; rows are exchanged for the largest pivot.
double determinant(std::vector<std::vector<double>> m) {
  double product = 1.0;
  for (std::size_t k = 0; k < m.size(); ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < m.size(); ++i) pivot = std::abs(m[i][k]) > std::abs(m[pivot][k]) ? i : pivot;
    if (pivot != k) {
      std::swap(m[pivot], m[k]);
      product = -product;
    }
    product *= m[k][k];
    for (std::size_t i = k + 1; i < m.size(); ++i) {
      for (std::size_t j = m.size(); j-- > k;) m[i][j] -= m[i][k] / m[k][k] * m[k][j];
    }
  }
  return product;
}

// Volume in phase space is preserved: the determinant of the Jacobian, by central differences, is 1.
TEST(Hmc, PreservesVolume) {
  test::TestChains chains({2, 2}, {0, 1}, kAction);
  for (const char* name : kIntegrators) {
    const MolecularDynamics dynamics = make_trajectory(integrator_named(name), 0.3, 4);
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const std::vector<double> point = test::some_normals(8, seed);
      std::vector<std::vector<double>> jacobian;
      for (std::size_t i = 0; i < 8; ++i) {
        constexpr double kStep = 1e-5;
        std::vector<double> up = point, down = point;
        up[i] += kStep;
        down[i] -= kStep;
        const auto high = image_of(chains, up, dynamics), low = image_of(chains, down, dynamics);
        jacobian.emplace_back();
        for (std::size_t j = 0; j < 8; ++j) jacobian.back().push_back((high[j] - low[j]) / (2.0 * kStep));
      }
      EXPECT_NEAR(std::abs(determinant(jacobian)), 1.0, 1e-6) << name;
    }
  }
}

/// The kinetic energy of normals as Hmc draws them, and its change and the action's along a trajectory, all by plain sums.
double plain_delta_h(test::TestChains& chains, const MolecularDynamics& dynamics, std::uint64_t update) {
  const test::PlainPhi4 plain{chains.domain.lattice(), kKappa, kLambda};
  const auto energy = [&] {
    long double sum = plain.action(chains.sites(chains.group.phi));
    for (const double pi : chains.sites(chains.work.momenta())) sum += 0.5L * pi * pi;
    return static_cast<double>(sum);
  };
  std::vector<double> pi(static_cast<std::size_t>(chains.domain.lattice().sites()));
  const auto first = static_cast<std::uint64_t>(chains.group.chains.begin * chains.domain.lattice().sites());
  fill_normals({kSeed, Stream::momenta, update}, first, pi);
  chains.set(chains.work.momenta(), pi);
  const double before = energy();
  move(chains, dynamics);
  return energy() - before;
}

// Outcome by outcome: Delta H is that of a trajectory by hand with the momenta of chain and update, the probability follows from it, what
// is accepted is where the trajectory led and what is rejected is where it began, to the bit; the action is known and right.
TEST(Hmc, OutcomesAreWhatHappened) {
  constexpr Extents kLattice{5, 8};
  const MolecularDynamics dynamics = make_trajectory(integrator_named("leapfrog"), 0.45, 3);
  const Hmc hmc(kSeed, dynamics);
  test::TestChains chains(kLattice, {3, 4}, kAction), again(kLattice, {3, 4}, kAction);
  chains.set_normals(chains.group.phi, 4);
  int accepted = 0, rejected = 0;
  for (std::uint64_t update = 0; update < 60; ++update) {
    const auto before = chains.sites(chains.group.phi);
    again.set(again.group.phi, before);
    const double delta_h = plain_delta_h(again, dynamics, update);
    hmc.apply(chains.group, chains.work, update);
    const Outcome& outcome = chains.group.outcome[0];
    const auto after = chains.sites(chains.group.phi);
    EXPECT_NEAR(outcome.delta_h, delta_h, 1e-7);
    EXPECT_EQ(outcome.probability, std::min(1.0, std::exp(-outcome.delta_h)));
    EXPECT_EQ(test::different(after, outcome.accepted ? again.sites(again.group.phi) : before), 0u);
    ++(outcome.accepted ? accepted : rejected);
    EXPECT_TRUE(chains.group.action_known);
    const double stored = chains.group.action[0];
    chains.group.action_known = false;
    chains.work.know_action(chains.group);
    EXPECT_EQ(test::bits(chains.group.action[0]), test::bits(stored));
  }
  EXPECT_GT(accepted, 15);
  EXPECT_GT(rejected, 15);
}

// A trajectory that runs away is rejected, and the chain goes on from where it was.
TEST(Hmc, RunawayIsRejected) {
  const Hmc hmc(kSeed, make_trajectory(integrator_named("leapfrog"), 20.0, 30));
  test::TestChains chains({4, 8}, {0, 2}, kAction);
  chains.set_normals(chains.group.phi, 4);
  const auto before = chains.sites(chains.group.phi);
  for (std::uint64_t update = 0; update < 3; ++update) hmc.apply(chains.group, chains.work, update);
  EXPECT_EQ(test::different(chains.sites(chains.group.phi), before), 0u);
  for (const Outcome& outcome : chains.group.outcome) {
    EXPECT_FALSE(outcome.accepted);
    EXPECT_EQ(outcome.probability, 0.0);
  }
}

// One chain is rejected and another accepted: each has its own.
TEST(Hmc, ChainsAreAcceptedOneByOne) {
  const Hmc hmc(kSeed, make_trajectory(integrator_named("leapfrog"), 0.45, 3));
  test::TestChains chains({5, 8}, {0, 16}, kAction);
  chains.set_normals(chains.group.phi, 4);
  for (std::uint64_t update = 0; update < 5; ++update) hmc.apply(chains.group, chains.work, update);
  const auto before = chains.sites(chains.group.phi);
  hmc.apply(chains.group, chains.work, 5);
  const auto after = chains.sites(chains.group.phi);
  std::size_t accepted = 0;
  for (std::size_t chain = 0; chain < 16; ++chain) {
    const auto a = std::span(before).subspan(40 * chain, 40), b = std::span(after).subspan(40 * chain, 40);
    EXPECT_EQ(test::different(a, b) > 0, chains.group.outcome[chain].accepted);
    accepted += chains.group.outcome[chain].accepted ? 1 : 0;
  }
  EXPECT_GT(accepted, 0u);
  EXPECT_LT(accepted, 16u);
}

}  // namespace
}  // namespace scorefield
