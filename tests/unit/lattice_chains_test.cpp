#include "ensemble/lattice_chains.h"

#include <gtest/gtest.h>

#include "base/parallel.h"
#include "base/rng.h"
#include "lattice_support.h"

namespace scorefield {
namespace {

const Comm& comm() { return test::world(); }

constexpr std::int64_t kChains = 5;

Params params_for(const std::string& algorithm, const Extents& lattice) {
  Params params = test::lattice_params(algorithm, lattice, kChains);
  params.generate.thermalisation = 4;
  params.generate.cluster = 2;
  params.generate.flip = "yes";
  params.generate.start = "mixed";
  return params;
}

/// All that chains can be asked for, of all chains on all ranks.
struct Everything {
  std::vector<double> sites;     ///< [chain][y][x]
  std::vector<double> actions;   ///< [chain], after the last update
  std::vector<double> outcomes;  ///< [chain][update][Delta H, probability, whether it was accepted]
  std::vector<double> tuner;
};

/// Collective over `world`.
Everything run(const Comm& world, const Params& params, int threads) {
  constexpr std::int64_t kUpdates = 6, kNumbers = 3;
  LatticeChains chains(world, params, threads);
  chains.start();
  for (std::uint64_t update = 0; update < 4; ++update) chains.thermalise(update);
  const Domain& domain = chains.domain();
  std::vector<std::uint64_t> outcomes(kChains * kUpdates * kNumbers), visits(kChains * kUpdates);
  chains.advance(4, kUpdates, 3, [&](std::int64_t chain, std::int64_t update, const Outcome& outcome) {
    if (!domain.comm().is_root()) return;
    const auto at = static_cast<std::size_t>((domain.chains().begin + chain) * kUpdates + update);
    ++visits[at];
    outcomes[kNumbers * at] = test::bits(outcome.delta_h);
    outcomes[kNumbers * at + 1] = test::bits(outcome.probability);
    outcomes[kNumbers * at + 2] = test::bits(outcome.accepted ? 1.0 : 0.0);
  });
  const Extents& lattice = domain.lattice();
  std::vector<std::uint64_t> sites(static_cast<std::size_t>(kChains * lattice.sites())), actions(kChains);
  std::vector<double> mine(static_cast<std::size_t>(chains.sites()));
  for (std::int64_t chain = domain.chains().begin; chain < domain.chains().end; ++chain) {
    const std::int64_t here = chain - domain.chains().begin;
    if (domain.comm().is_root()) actions[static_cast<std::size_t>(chain)] = test::bits(chains.action(here));
    chains.copy_out(here, mine);
    std::size_t next = 0;
    for (std::int64_t y = domain.rows().begin; y < domain.rows().end; ++y) {
      for (std::int64_t x = domain.columns().begin; x < domain.columns().end; ++x) {
        sites[static_cast<std::size_t>((chain * lattice.y + y) * lattice.x + x)] = test::bits(mine[next++]);
      }
    }
  }
  for (auto* each : {&outcomes, &visits, &sites, &actions}) world.sum(std::span(*each));
  EXPECT_EQ(visits, std::vector<std::uint64_t>(kChains * kUpdates, 1));
  const auto numbers = [](const std::vector<std::uint64_t>& words) {
    std::vector<double> result;
    for (const std::uint64_t word : words) result.push_back(std::bit_cast<double>(word));
    return result;
  };
  return {numbers(sites), numbers(actions), numbers(outcomes), {chains.step(), static_cast<double>(chains.steps())}};
}

/// Threads of this rank's loops, as many as before at the end. Collective.
class Threads {
 public:
  explicit Threads(int threads) : before_(thread_count()) { set_threads(threads, comm().node()); }
  ~Threads() { set_threads(before_, comm().node()); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

const char* const kAlgorithms[] = {"hmc", "langevin", "langevin-corrected"};

// Fields, actions, outcomes and the tuned step are the same to the bit for all process grids, one thread and two.
TEST(LatticeChains, SameBitsForRanksAndThreads) {
  for (const char* algorithm : kAlgorithms) {
    for (const Extents& lattice : {Extents{2, 2}, Extents{6, 8}, Extents{5, 33}}) {
      Params params = params_for(algorithm, lattice);
      const Comm self = Comm::self();
      const Everything expected = [&] {
        const Threads one(1);
        return run(self, params, 1);
      }();
      for (const ProcessGrid& grid : test::process_grids(comm().size(), lattice, kChains)) {
        params.lattice.process_grid = {grid.replicas, grid.y, grid.x};
        for (const int threads : {1, 2, 7}) {
          const Threads some(threads == 7 ? 2 : threads);  // seven: some of them are never there
          const Everything all = run(comm(), params, threads);
          const std::string text = std::string(algorithm) + ", " + grid.text() + ", " + std::to_string(threads) + " threads";
          EXPECT_EQ(test::different(all.sites, expected.sites), 0u) << text;
          EXPECT_EQ(test::different(all.actions, expected.actions), 0u) << text;
          EXPECT_EQ(test::different(all.outcomes, expected.outcomes), 0u) << text;
          EXPECT_EQ(test::different(all.tuner, expected.tuner), 0u) << text;
        }
      }
    }
  }
}

// What is copied in comes out, and is what chains go on from, chain by chain.
TEST(LatticeChains, CopyInAndOut) {
  Params params = params_for("hmc", {6, 8});
  params.generate.acceptance = 0.0;
  for (const ProcessGrid& grid : test::process_grids(comm().size(), {6, 8}, kChains)) {
    params.lattice.process_grid = {grid.replicas, grid.y, grid.x};
    LatticeChains first(comm(), params, 1), second(comm(), params, 1);
    const auto size = static_cast<std::size_t>(first.sites());
    std::vector<double> sites(size), out(size);
    const auto nothing = [](std::int64_t, std::int64_t, const Outcome&) {};
    for (LatticeChains* chains : {&first, &second}) chains->start();
    first.advance(0, 3, 1, nothing);
    second.advance(0, 1, 1, nothing);
    for (std::int64_t chain = 0; chain < first.domain().chains().size(); ++chain) {
      first.copy_out(chain, sites);
      second.copy_in(chain, sites);
      second.copy_out(chain, out);
      EXPECT_EQ(test::bits(out), test::bits(sites));
    }
    first.advance(3, 3, 1, nothing);
    second.advance(3, 3, 1, nothing);
    for (std::int64_t chain = 0; chain < first.domain().chains().size(); ++chain) {
      first.copy_out(chain, sites);
      second.copy_out(chain, out);
      EXPECT_EQ(test::bits(out), test::bits(sites)) << grid.text();
      EXPECT_EQ(test::bits(first.action(chain)), test::bits(second.action(chain))) << grid.text();
    }
  }
}

// Hot starts are standard normals of (seed, chain, site); cold ones 1 and -1 in turn; mixed ones hot in even chains.
TEST(LatticeChains, Starts) {
  constexpr Extents kLattice{5, 9};
  for (const std::string start : {"hot", "cold", "mixed"}) {
    Params params = params_for("hmc", kLattice);
    params.generate.start = start;
    LatticeChains chains(comm(), params, 1);
    chains.start();
    const Domain& domain = chains.domain();
    std::vector<double> sites(static_cast<std::size_t>(chains.sites())), normals(static_cast<std::size_t>(kChains * kLattice.sites()));
    fill_normals({17, Stream::start, 0}, 0, normals);
    for (std::int64_t chain = domain.chains().begin; chain < domain.chains().end; ++chain) {
      chains.copy_out(chain - domain.chains().begin, sites);
      const bool hot = start == "hot" || (start == "mixed" && chain % 2 == 0);
      const double cold = start == "cold" ? (chain % 2 == 0 ? 1.0 : -1.0) : (chain == 3 ? -1.0 : 1.0);
      std::size_t next = 0;
      for (std::int64_t y = domain.rows().begin; y < domain.rows().end; ++y) {
        for (std::int64_t x = domain.columns().begin; x < domain.columns().end; ++x) {
          const double normal = normals[static_cast<std::size_t>((chain * kLattice.y + y) * kLattice.x + x)];
          EXPECT_EQ(sites[next++], hot ? normal : cold) << start << " " << chain;
        }
      }
    }
  }
}

}  // namespace
}  // namespace scorefield
