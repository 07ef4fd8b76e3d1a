#include <gtest/gtest.h>

#include <cmath>

#include "ensemble/langevin.h"
#include "ensemble/lattice_chains.h"
#include "lattice_support.h"

namespace scorefield {
namespace {

const Comm& comm() { return test::world(); }

constexpr Extents kLattice{6, 8};
constexpr std::int64_t kChains = 5;

Params params_for(const std::string& algorithm) {
  Params params = test::lattice_params(algorithm, kLattice, kChains);
  params.generate.acceptance = 0.0;
  params.generate.cluster = 0;
  return params;
}

const auto kNothing = [](std::int64_t, std::int64_t, const Outcome&) {};

/// All chains of this rank alone.
std::vector<double> sites_of(LatticeChains& chains) {
  std::vector<double> sites(static_cast<std::size_t>(kChains * kLattice.sites()));
  for (std::int64_t chain = 0; chain < kChains; ++chain) {
    chains.copy_out(chain, std::span(sites).subspan(static_cast<std::size_t>(chain * kLattice.sites()), kLattice.sites()));
  }
  return sites;
}

/// What two updates from a hot start make of the fields, one chain's action after the other behind them.
std::vector<double> made_by(const Params& params) {
  const Comm self = Comm::self();
  LatticeChains chains(self, params, 1);
  chains.start();
  chains.advance(0, 2, 2, kNothing);
  std::vector<double> all = sites_of(chains);
  for (std::int64_t chain = 0; chain < kChains; ++chain) all.push_back(chains.action(chain));
  return all;
}

std::vector<double> made_by(const Update& update) {
  test::TestChains chains(kLattice, {0, kChains}, Phi4(0.27, 0.1));
  chains.set_normals(chains.group.phi, 17);
  for (std::uint64_t number = 0; number < 2; ++number) update.apply(chains.group, chains.work, number);
  chains.work.know_action(chains.group);
  std::vector<double> all = chains.sites(chains.group.phi);
  all.insert(all.end(), chains.group.action.begin(), chains.group.action.end());
  return all;
}

// The deck's names stand for the updates, with its step and trajectory.
TEST(LatticeChains, UpdatesOfADeck) {
  for (const char* integrator : {"leapfrog", "omf2", "omf4"}) {
    Params params = params_for("hmc");
    params.generate.integrator = integrator;
    const Hmc hmc(17, make_trajectory(integrator_named(integrator), std::exp(std::log(0.25)), 2));
    EXPECT_EQ(test::different(made_by(params), made_by(hmc)), 0u) << integrator;
  }
  for (const auto& [name, scheme] : {std::pair{"euler", LangevinScheme::euler}, std::pair{"second-order", LangevinScheme::second_order}}) {
    Params params = params_for("langevin");
    params.generate.scheme = name;
    EXPECT_EQ(test::different(made_by(params), made_by(Langevin(17, std::exp(std::log(0.1)), 5, scheme))), 0u) << name;
  }
  const CorrectedLangevin corrected(17, std::exp(std::log(0.1)), 5);
  EXPECT_EQ(test::different(made_by(params_for("langevin-corrected")), made_by(corrected)), 0u);
}

std::vector<double> sizes_of(std::vector<double> numbers) {
  for (double& each : numbers) each = std::abs(each);
  return numbers;
}

// Signs are updated after every third update and no other; |phi| shows that the rest is the same.
TEST(LatticeChains, ClusterUpdates) {
  Params params = params_for("hmc");
  const Comm self = Comm::self();
  LatticeChains without(self, params, 1);
  params.generate.cluster = 3;
  LatticeChains with(self, params, 1);
  for (LatticeChains* chains : {&with, &without}) chains->start();
  for (std::uint64_t number = 0; number < 12; ++number) {
    for (LatticeChains* chains : {&with, &without}) chains->advance(number, 1, 1, kNothing);
    const auto changed = sites_of(with), plain = sites_of(without);
    EXPECT_EQ(test::different(sizes_of(changed), sizes_of(plain)), 0u) << number;
    EXPECT_EQ(test::different(changed, plain) > 0, number % 3 == 2) << number;
    for (std::int64_t chain = 0; chain < kChains; ++chain) {
      with.copy_in(chain, std::span(plain).subspan(static_cast<std::size_t>(chain * kLattice.sites()), kLattice.sites()));
    }
  }
}

// Flips change all signs of some chains, every time of others.
TEST(LatticeChains, Flips) {
  Params params = params_for("hmc");
  const Comm self = Comm::self();
  LatticeChains without(self, params, 1);
  params.generate.flip = "yes";
  LatticeChains with(self, params, 1);
  for (LatticeChains* chains : {&with, &without}) chains->start();
  int flipped = 0;
  for (std::uint64_t number = 0; number < 12; ++number) {
    for (LatticeChains* chains : {&with, &without}) chains->advance(number, 1, 1, kNothing);
    const auto changed = sites_of(with), plain = sites_of(without);
    for (std::size_t chain = 0; chain < kChains; ++chain) {
      const auto sites = static_cast<std::size_t>(kLattice.sites());
      const auto mine = std::span(changed).subspan(chain * sites, sites), other = std::span(plain).subspan(chain * sites, sites);
      const std::size_t different = test::different(mine, other);
      EXPECT_TRUE(different == 0 || different == sites);
      flipped += different > 0 ? 1 : 0;
      with.copy_in(static_cast<std::int64_t>(chain), other);
    }
    EXPECT_EQ(test::different(sizes_of(changed), sizes_of(plain)), 0u) << number;
  }
  EXPECT_GT(flipped, 15);  // of 60
  EXPECT_LT(flipped, 45);
}

// The action that is told is that of the field.
TEST(LatticeChains, ActionsAreThoseOfTheFields) {
  const std::size_t sites = static_cast<std::size_t>(kLattice.sites());
  for (const char* algorithm : {"hmc", "langevin", "langevin-corrected"}) {
    Params params = params_for(algorithm);
    params.generate.cluster = 2;
    params.generate.flip = "yes";
    const auto all = made_by(params);
    const test::PlainPhi4 plain{kLattice, params.model.kappa, params.model.lambda};
    for (std::size_t chain = 0; chain < kChains; ++chain) {
      const auto expected = static_cast<double>(plain.action(std::span(all).subspan(sites * chain, sites)));
      EXPECT_NEAR(all[kChains * sites + chain], expected, 1e-8) << algorithm;
    }
  }
}

// A step that is tuned leads to the acceptance that is wanted, here 0.8 of 400 updates; one that is not tuned stays. Chains restored with
// the tuner's state take the same step.
TEST(LatticeChains, TunesTheStep) {
  Params params = params_for("hmc");
  params.generate.acceptance = 0.8;
  params.generate.trajectory = 1.0;
  params.generate.thermalisation = 200;
  LatticeChains chains(comm(), params, 1), other(comm(), params, 1);
  chains.start();
  for (std::uint64_t update = 0; update < 200; ++update) chains.thermalise(update);
  std::vector<double> sums(2);
  chains.advance(200, 400, 400, [&](std::int64_t, std::int64_t, const Outcome& outcome) {
    if (!chains.domain().comm().is_root()) return;
    sums[0] += outcome.probability;
    sums[1] += 1.0;
  });
  comm().sum(std::span(sums));
  EXPECT_EQ(sums[1], 400.0 * kChains);
  EXPECT_NEAR(sums[0] / sums[1], 0.8, 0.05);
  EXPECT_EQ(chains.steps(), std::llround(1.0 / chains.step()));
  other.restore_tuner(chains.tuner().state());
  EXPECT_EQ(test::bits(other.step()), test::bits(chains.step()));
  EXPECT_EQ(other.steps(), chains.steps());

  params.generate.acceptance = 0.0;
  LatticeChains fixed(comm(), params, 1);
  fixed.start();
  for (std::uint64_t update = 0; update < 3; ++update) fixed.thermalise(update);
  EXPECT_NEAR(fixed.step(), 0.25, 1e-16);
  EXPECT_EQ(fixed.steps(), 4);
}

// A chain that runs away is an error on all ranks, though one rank only has it.
TEST(LatticeChains, InfiniteActionIsAnErrorOfAll) {
  Params params = params_for("langevin");
  params.generate.chains = std::max<std::int64_t>(kChains, comm().size());
  LatticeChains chains(comm(), params, 1);
  chains.start();
  if (comm().rank() == comm().size() - 1) chains.copy_in(0, std::vector<double>(static_cast<std::size_t>(chains.sites()), 1e100));
  const auto error = test::caught([&] { chains.advance(0, 1, 1, kNothing); });
  EXPECT_TRUE(error.agreed);
  EXPECT_EQ(error.code, ExitCode::numerical);
  EXPECT_NE(error.message.find("the action of a chain is not finite"), std::string::npos) << error.message;
}

// A process grid that does not fit is refused.
TEST(LatticeChains, Refusals) {
  Params params = params_for("hmc");
  params.lattice.process_grid = {comm().size() + 1, 0, 0};
  EXPECT_EQ(test::caught([&] { LatticeChains(comm(), params, 1); }).code, ExitCode::bad_input);
}

}  // namespace
}  // namespace scorefield
