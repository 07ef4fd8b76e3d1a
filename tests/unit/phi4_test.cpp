#include "physics/phi4.h"

#include <gtest/gtest.h>

#include "ensemble/integrator.h"
#include "lattice_support.h"

namespace scorefield {
namespace {

const Comm& comm() { return test::world(); }

const std::vector<Extents> kLattices = {{2, 2}, {2, 5}, {5, 2}, {3, 7}, {4, 8}, {8, 16}, {5, 33}, {3, 64}, {32, 32}};
constexpr double kKappa = 0.31, kLambda = 0.17;

/// A lattice on this rank alone.
struct One {
  explicit One(const Extents& lattice, double kappa = kKappa, double lambda = kLambda)
      : chains(lattice, {0, 1}, Phi4(kappa, lambda)), plain{lattice, kappa, lambda} {}
  double action(std::span<const double> phi) {
    chains.set(chains.group.phi, phi);
    chains.group.action_known = false;
    chains.work.know_action(chains.group);
    return chains.group.action[0];
  }
  std::vector<double> force(std::span<const double> phi) {
    const std::vector<double> zero(phi.size());
    const Stage kick{1.0, 0.0};
    chains.set(chains.group.phi, phi);
    chains.set(chains.work.momenta(), zero);
    chains.work.evolve(chains.group.phi, {&kick, 1});
    return chains.sites(chains.work.momenta());
  }
  test::TestChains chains;
  test::PlainPhi4 plain;
};

std::vector<double> field_on(const Extents& lattice, std::uint64_t seed) {
  return test::some_normals(static_cast<std::size_t>(lattice.sites()), seed);
}

// The action is that of the formula, up to the roundings to 2^-32 (of n terms, 4.5 sigma); without lambda, too.
TEST(Phi4, ActionIsTheFormula) {
  for (const Extents& lattice : kLattices) {
    const double error = 4.5 * 0x1p-33 * std::sqrt(static_cast<double>(lattice.sites()) / 3.0);
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const auto phi = field_on(lattice, seed);
      One full(lattice), free(lattice, 0.2, 0.0);
      EXPECT_NEAR(full.action(phi), static_cast<double>(full.plain.action(phi)), error) << lattice.y << " x " << lattice.x;
      EXPECT_NEAR(free.action(phi), static_cast<double>(free.plain.action(phi)), error) << lattice.y << " x " << lattice.x;
    }
  }
}

// All sites 1: -4 kappa + (1 - 2 lambda) + lambda a site, also where both neighbours are one site.
TEST(Phi4, ActionOfAConstantField) {
  for (const Extents& lattice : kLattices) {
    const auto sites = static_cast<double>(lattice.sites());
    const std::vector<double> ones(static_cast<std::size_t>(lattice.sites()), 1.0);
    EXPECT_NEAR(One(lattice, 0.25, 0.125).action(ones), sites * (-1.0 + 0.75 + 0.125), 1e-12);
  }
}

// What the kick does is the force of the formula, and minus the gradient of the action: central differences at two distances, which
// Richardson's combination makes exact for a polynomial of degree 4, up to the roundings of the action.
TEST(Phi4, ForceIsMinusTheGradient) {
  double largest = 0.0;
  for (const Extents& lattice : {Extents{2, 2}, Extents{2, 5}, Extents{5, 2}, Extents{3, 7}, Extents{4, 8}}) {
    One one(lattice);
    const auto phi = field_on(lattice, 3);
    const std::vector<double> force = one.force(phi), plain = one.plain.force(phi);
    const auto slope = [&](std::size_t site, double step) {
      std::vector<double> up = phi, down = phi;
      up[site] += step;
      down[site] -= step;
      return (one.action(up) - one.action(down)) / (2.0 * step);
    };
    for (std::size_t site = 0; site < phi.size(); ++site) {
      EXPECT_NEAR(force[site], plain[site], 1e-14 * std::max(1.0, std::abs(plain[site])));
      const double gradient = (4.0 * slope(site, 0.5) - slope(site, 1.0)) / 3.0;
      largest = std::max(largest, std::abs(force[site] + gradient) / std::max(1.0, std::abs(force[site])));
    }
  }
  EXPECT_LT(largest, 1e-8);
}

/// The stages one after the other, each in two sweeps over the lattice.
void evolve_plainly(const test::PlainPhi4& plain, std::vector<double>& phi, std::vector<double>& pi, std::span<const Stage> stages) {
  for (const auto& [kick, drift] : stages) {
    const std::vector<double> force = plain.force(phi);
    for (std::size_t i = 0; i < pi.size(); ++i) pi[i] += kick * force[i];
    for (std::size_t i = 0; i < phi.size(); ++i) phi[i] += drift * pi[i];
  }
}

/// Seven stages, all different.
std::vector<Stage> some_stages() {
  std::vector<Stage> stages;
  for (int i = 0; i < 7; ++i) stages.push_back({0.2 + 0.01 * i, 0.3 - 0.02 * i});
  return stages;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

// Several stages in one sweep are what stages one by one are, to rounding, for any number of tiles and depth.
TEST(Phi4, EvolveIsTheStages) {
  const std::vector<Stage> stages = some_stages();
  for (const Extents& lattice : kLattices) {
    std::vector<double> phi = field_on(lattice, 5), pi = field_on(lattice, 6);
    const std::vector<double> first_phi = phi, first_pi = pi;
    evolve_plainly({lattice, kKappa, kLambda}, phi, pi, stages);
    for (const test::Cut& cut : test::cuts(1, lattice, 1)) {
      const Comm self = Comm::self();
      test::TestChains chains(self, lattice, 1, Phi4(kKappa, kLambda), cut);
      chains.set(chains.group.phi, first_phi);
      chains.set(chains.work.momenta(), first_pi);
      chains.work.evolve(chains.group.phi, stages);
      EXPECT_LT(largest_difference(chains.sites(chains.group.phi), phi), 1e-13) << cut.text();
      EXPECT_LT(largest_difference(chains.sites(chains.work.momenta()), pi), 1e-13) << cut.text();
    }
  }
}

// Fields, momenta and actions of three chains have the same bits for all process grids, tiles and depths.
TEST(Phi4, SameBitsHoweverCut) {
  constexpr std::int64_t kChains = 3;
  const std::vector<Stage> stages = some_stages();
  for (const Extents& lattice : kLattices) {
    const auto evolved = [&](test::TestChains& chains) {
      chains.set_normals(chains.group.phi, 7);
      chains.set_normals(chains.work.momenta(), 8);
      chains.work.evolve(chains.group.phi, stages);
      chains.work.know_action(chains.group);
    };
    test::TestChains whole(lattice, {0, kChains}, Phi4(kKappa, kLambda));
    evolved(whole);
    const auto phi = whole.sites(whole.group.phi), pi = whole.sites(whole.work.momenta());
    for (const test::Cut& cut : test::cuts(comm().size(), lattice, kChains)) {
      test::TestChains chains(comm(), lattice, kChains, Phi4(kKappa, kLambda), cut);
      evolved(chains);
      EXPECT_EQ(test::different(chains.sites(chains.group.phi), phi), 0u) << cut.text();
      EXPECT_EQ(test::different(chains.sites(chains.work.momenta()), pi), 0u) << cut.text();
      const auto first = static_cast<std::size_t>(chains.group.chains.begin);
      const std::span<const double> actions = std::span(whole.group.action).subspan(first, chains.group.action.size());
      EXPECT_EQ(test::different(chains.group.action, actions), 0u) << cut.text();
    }
  }
}

// More terms, and larger ones (half a million a site), than one sum in registers has room for, in rows of all kinds.
TEST(Phi4, LargeActions) {
  for (const Extents& lattice : {Extents{64, 1024}, Extents{4096, 8}, Extents{12288, 2}, Extents{2, 16384}, Extents{300, 301}}) {
    constexpr double kField = 69.0,
                     kDensity = (1.0 - 4.0 * kKappa - 2.0 * 0.022) * kField * kField + 0.022 * kField * kField * kField * kField;
    const std::vector<double> phi(static_cast<std::size_t>(lattice.sites()), kField);
    const double action = One(lattice, kKappa, 0.022).action(phi);
    EXPECT_NEAR(action / static_cast<double>(lattice.sites()), kDensity, 1e-6) << lattice.y << " x " << lattice.x;
  }
}

// A field that has grown without bound is an error, on the ranks that share the chain.
TEST(Phi4, InfiniteActionIsAnError) {
  One one({3, 7});
  for (const double bad : {1e200, std::numeric_limits<double>::quiet_NaN()}) {
    std::vector<double> phi = field_on({3, 7}, 1);
    phi[20] = bad;
    EXPECT_EQ(test::caught([&] { one.action(phi); }).code, ExitCode::numerical);
  }
}

// Models of a deck: with and without self-interaction; a zero-dimensional one is refused.
TEST(LatticeAction, OfADeck) {
  const Extents lattice{3, 7};
  const auto phi = field_on(lattice, 2);
  const auto action_of = [&](const char* name) {
    const ModelParams model{.name = name, .kappa = 0.21, .lambda = 0.4};
    const auto action = make_lattice_action(model);
    EXPECT_EQ(action->bond_coupling(), 0.42);
    One one(lattice);
    one.action(phi);  // and so the ghosts
    return action->value(one.chains.group.phi.block(0, 0)).value();
  };
  EXPECT_EQ(action_of("phi4"), One(lattice, 0.21, 0.4).action(phi));
  EXPECT_EQ(action_of("gaussian-field"), One(lattice, 0.21, 0.0).action(phi));
  EXPECT_EQ(test::caught([] { make_lattice_action({}); }).code, ExitCode::bad_input);
}

}  // namespace
}  // namespace scorefield
