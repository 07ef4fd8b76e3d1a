#include "ensemble/lone_chain.h"

#include <gtest/gtest.h>

#include "ensemble/lattice_chains.h"
#include "lattice_support.h"

namespace scorefield {
namespace {

// A chain alone goes the way of the same chain among others, bit by bit: hybrid Monte Carlo with cluster updates and flips, and corrected
// Langevin steps.
TEST(LoneChain, IsAChainOfTheEnsemble) {
  for (const char* algorithm : {"hmc", "langevin-corrected"}) {
    Params params;
    params.model.name = "phi4";
    params.lattice.size = {6, 5};
    params.generate.algorithm = algorithm;
    params.generate.chains = 3;
    params.generate.acceptance = 0.0;
    params.generate.cluster = 2;
    params.generate.flip = "yes";
    const Comm self = Comm::self();
    LatticeChains all(self, params, 1);
    all.start();
    std::vector<double> phi(30), alone(30);
    all.copy_out(2, phi);
    LoneChain chain(params, static_cast<std::uint64_t>(params.run.seed), all.step());
    chain.start(2, phi);
    Outcome last;
    all.advance(0, 5, 1, [&](std::int64_t number, std::int64_t, const Outcome& outcome) {
      if (number == 2) last = outcome;
    });
    Outcome own;
    for (std::uint64_t update = 0; update < 5; ++update) own = chain.update(update);
    EXPECT_EQ(own.delta_h, last.delta_h) << algorithm;
    EXPECT_EQ(chain.action(), all.action(2)) << algorithm;
    all.copy_out(2, phi);
    chain.copy_out(alone);
    EXPECT_EQ(alone, phi) << algorithm;
  }
}

}  // namespace
}  // namespace scorefield
