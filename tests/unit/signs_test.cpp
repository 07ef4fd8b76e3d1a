#include "ensemble/signs.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "lattice_support.h"

namespace scorefield {
namespace {

const Comm& comm() { return test::world(); }

constexpr double kKappa = 0.27;
constexpr std::uint64_t kSeed = 1;
const Phi4 kAction(kKappa, 0.1);

/// Neighbours that are zero have no bonds, so that a pair of sites among zeros shows its own: how often its relative sign changes.
struct Pairs {
  double change = 0.0;
  double error = 0.0;
};

/// Pairs (y, x), (y + dy, x + dx) with the values a and b, on rows and columns from `first` on, as dense as they may lie apart, over the
/// ends of the lattice and of the pieces of 512 sites too.
Pairs relative_changes(std::int64_t dy, std::int64_t dx, double a, double b, std::int64_t first) {
  constexpr Extents kLattice{6, 1032};
  constexpr std::uint64_t kUpdates = 8;
  const test::PlainPhi4 plain{kLattice, 0.0, 0.0};
  std::vector<double> one(static_cast<std::size_t>(kLattice.sites())), all;
  for (std::int64_t y = first; y < first + kLattice.y; y += 2 + dy) {
    for (std::int64_t x = first; x < first + kLattice.x; x += 2 + dx) {
      one[plain.site(y, x)] = a;
      one[plain.site(y + dy, x + dx)] = b;
    }
  }
  test::TestChains chains(kLattice, test::my_share(16), kAction);
  for (std::size_t i = 0; i < chains.group.outcome.size(); ++i) all.insert(all.end(), one.begin(), one.end());
  std::vector<std::int64_t> counts(2);  // changes, pairs
  for (std::uint64_t update = 0; update < kUpdates; ++update) {
    chains.set(chains.group.phi, all);
    ClusterUpdate(kSeed).apply(chains.group, chains.work, update);
    const auto phi = chains.sites(chains.group.phi);
    for (std::size_t chain = 0; chain < chains.group.outcome.size(); ++chain) {
      const double* lattice = phi.data() + chain * one.size();
      for (std::int64_t y = first; y < first + kLattice.y; y += 2 + dy) {
        for (std::int64_t x = first; x < first + kLattice.x; x += 2 + dx) {
          counts[0] += lattice[plain.site(y, x)] * lattice[plain.site(y + dy, x + dx)] * a * b < 0.0 ? 1 : 0;
          ++counts[1];
        }
      }
    }
  }
  comm().sum(std::span(counts));
  const auto n = static_cast<double>(counts[1]), change = static_cast<double>(counts[0]) / n;
  return {change, std::sqrt(change * (1.0 - change) / n)};
}

// A bond is set with probability 1 - exp(-4 kappa phi phi') between equal signs and never between others: relative signs change in half of
// what is left. 2e5 pairs of each kind, 4 sigma; twice the coupling would be far off.
TEST(ClusterUpdate, BondProbability) {
  for (const auto& [dy, dx] : {std::pair{0, 1}, std::pair{1, 0}}) {
    for (const auto& [a, b] :
         {std::pair{0.9, 1.1}, std::pair{-0.9, -1.1}, std::pair{0.9, -1.1}, std::pair{-0.4, 0.3}, std::pair{0.4, 0.3}}) {
      const double change = a * b > 0.0 ? 0.5 * std::exp(-4.0 * kKappa * a * b) : 0.5;
      for (const std::int64_t first : {0, 1, 2}) {
        const Pairs pairs = relative_changes(dy, dx, a, b, first);
        EXPECT_LT(std::abs(test::sigmas(pairs.change, change, pairs.error)), 4.0) << dy << " " << a << " " << b << " " << first;
      }
    }
  }
}

// A bond that is as good as certain is always set, wherever the pair lies.
TEST(ClusterUpdate, StrongBondsNeverBreak) {
  for (const auto& [dy, dx] : {std::pair{0, 1}, std::pair{1, 0}}) {
    for (const std::int64_t first : {0, 1, 2}) EXPECT_EQ(relative_changes(dy, dx, 30.0, 20.0, first).change, 0.0) << dy << " " << first;
  }
}

// Only signs change, of the field's numbers and of -0 and 0 alike; the action is not known any more.
TEST(ClusterUpdate, ChangesOnlySigns) {
  test::TestChains chains({5, 33}, {1, 4}, kAction);
  chains.set_normals(chains.group.phi, 1);
  chains.group.action_known = true;
  auto before = chains.sites(chains.group.phi);
  ClusterUpdate(kSeed).apply(chains.group, chains.work, 0);
  EXPECT_FALSE(chains.group.action_known);
  auto after = chains.sites(chains.group.phi);
  EXPECT_GT(test::different(after, before), 100u);
  for (double& each : before) each = std::abs(each);
  for (double& each : after) each = std::abs(each);
  EXPECT_EQ(test::different(after, before), 0u);
}

/// Which of the 16 sign configurations four sites are in.
std::size_t signs_of(const double* phi) {
  std::size_t signs = 0;
  for (std::size_t i = 0; i < 4; ++i) signs |= phi[i] < 0.0 ? std::size_t{1} << i : 0;
  return signs;
}

/// How often configurations follow each other, [before][after], in every fourth update of 64 chains, so that counts are independent.
std::vector<std::int64_t> transitions(const std::array<double, 4>& sizes) {
  constexpr std::uint64_t kUpdates = 6000;
  test::TestChains chains({2, 2}, test::my_share(64), kAction);
  std::vector<double> start;
  for (std::size_t i = 0; i < chains.group.outcome.size(); ++i) start.insert(start.end(), sizes.begin(), sizes.end());
  chains.set(chains.group.phi, start);
  std::vector<std::int64_t> counts(256);
  auto before = start;
  for (std::uint64_t update = 0; update < kUpdates; ++update) {
    ClusterUpdate(kSeed).apply(chains.group, chains.work, update);
    if (update % 4 < 2) continue;
    const auto after = chains.sites(chains.group.phi);
    for (std::size_t at = 0; at < after.size() && update % 4 == 3; at += 4) ++counts[16 * signs_of(&before[at]) + signs_of(&after[at])];
    before = after;
  }
  comm().sum(std::span(counts));
  return counts;
}

// On 2 x 2 sites at fixed |phi| signs have the weights exp(-S) of their 16 configurations (chi-squared of 15 degrees of freedom below 46,
// which is 4 sigma), and each step is as frequent as its inverse (of 120 below 186, on average
// over 39 seeds 121.8(2.3)).
TEST(ClusterUpdate, DetailedBalance) {
  const std::array<double, 4> sizes = {0.7, 0.4, 0.9, 0.5};
  const auto counts = transitions(sizes);
  const test::PlainPhi4 plain{{2, 2}, kKappa, 0.1};
  std::array<double, 16> weight{}, seen{};
  double all = 0.0, total = 0.0, chi2 = 0.0, of_pairs = 0.0;
  for (std::size_t i = 0; i < 16; ++i) {
    std::array<double, 4> phi = sizes;
    for (std::size_t site = 0; site < 4; ++site) phi[site] *= (i >> site & 1) != 0 ? -1.0 : 1.0;
    weight[i] = std::exp(-static_cast<double>(plain.action(phi)));
    all += weight[i];
    for (std::size_t j = 0; j < 16; ++j) seen[i] += static_cast<double>(counts[16 * i + j]);
    total += seen[i];
  }
  for (std::size_t i = 0; i < 16; ++i) {
    chi2 += std::pow(seen[i] - total * weight[i] / all, 2) / (total * weight[i] / all);
    for (std::size_t j = 0; j < i; ++j) {
      const auto there = static_cast<double>(counts[16 * i + j]), back = static_cast<double>(counts[16 * j + i]);
      EXPECT_GT(there + back, 20.0);
      of_pairs += (there - back) * (there - back) / (there + back);
    }
  }
  EXPECT_GT(total, 90000.0);
  EXPECT_LT(chi2, 46.0);
  EXPECT_LT(of_pairs, 186.0);
}

// Both updates give the same bits however the lattice is cut, with fewer chains than ranks and with more.
TEST(Signs, SameBitsHoweverCut) {
  const ClusterUpdate cluster(kSeed);
  const SignFlip flip(kSeed);
  for (const Extents& lattice : {Extents{2, 2}, Extents{2, 5}, Extents{8, 16}, Extents{5, 33}}) {
    for (const std::int64_t chains : {1, 5}) {
      const auto moved = [&](test::TestChains& test_chains) {
        test_chains.set_normals(test_chains.group.phi, 7);
        for (std::uint64_t update = 0; update < 3; ++update) {
          cluster.apply(test_chains.group, test_chains.work, update);
          flip.apply(test_chains.group, test_chains.work, update);
        }
        return test_chains.sites(test_chains.group.phi);
      };
      test::TestChains whole(lattice, {0, chains}, kAction);
      const auto expected = moved(whole);
      for (const test::Cut& cut : test::cuts(comm().size(), lattice, chains, 3, test::Depths::ends)) {
        test::TestChains parts(comm(), lattice, chains, kAction, cut);
        EXPECT_EQ(test::different(moved(parts), expected), 0u) << cut.text() << ", " << chains;
      }
    }
  }
}

// A chain keeps all signs or changes all, in half of the updates (64 chains of 100 updates, 4 sigma); the action stays, to the bit.
TEST(SignFlip, ChangesAllOrNone) {
  test::TestChains chains({3, 7}, test::my_share(64), kAction);
  chains.set_normals(chains.group.phi, 1);
  chains.work.know_action(chains.group);
  const auto start = chains.sites(chains.group.phi), action = chains.group.action;
  std::vector<double> flipped(action.size());
  auto before = start;
  for (std::uint64_t update = 0; update < 100; ++update) {
    SignFlip(kSeed).apply(chains.group, chains.work, update);
    const auto after = chains.sites(chains.group.phi);
    for (std::size_t chain = 0; chain < action.size(); ++chain) {
      const bool flips = after[21 * chain] != before[21 * chain];
      for (std::size_t i = 21 * chain; i < 21 * (chain + 1); ++i) EXPECT_EQ(after[i], flips ? -before[i] : before[i]);
      flipped[chain] += flips ? 0.01 : 0.0;
    }
    before = after;
  }
  EXPECT_TRUE(chains.group.action_known);
  chains.group.action_known = false;
  chains.work.know_action(chains.group);
  EXPECT_EQ(test::different(chains.group.action, action), 0u);
  EXPECT_LT(std::abs(test::sigmas(test::over_chains(flipped).mean, 0.5, 0.5 / 80.0)), 4.0);
}

}  // namespace
}  // namespace scorefield
