#include "ensemble/integrator.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ensemble/hmc.h"
#include "lattice_support.h"

namespace scorefield {
namespace {

constexpr Extents kLattice{8, 8};
constexpr std::int64_t kChains = 64;
constexpr double kKappa = 0.27, kLambda = 0.1;
const Phi4 kAction(kKappa, kLambda);

/// Chains of this rank that have seen 30 updates.
std::unique_ptr<test::TestChains> thermalised() {
  auto chains = std::make_unique<test::TestChains>(kLattice, test::my_share(kChains), kAction);
  chains->set_normals(chains->group.phi, 1);
  const Hmc hmc(7, make_trajectory(integrator_named("omf2"), 0.2, 5));
  for (std::uint64_t update = 0; update < 30; ++update) hmc.apply(chains->group, chains->work, update);
  return chains;
}

/// Root mean square of Delta H over trajectories of length 1 from the same fields with the same momenta, whatever the step.
double rms_of_delta_h(test::TestChains& chains, std::span<const double> start, const Integrator& integrator, std::int64_t steps) {
  constexpr std::uint64_t kTrajectories = 5;
  const Hmc hmc(8, make_trajectory(integrator, 1.0 / static_cast<double>(steps), steps));
  std::vector<double> squares(chains.group.outcome.size());
  for (std::uint64_t update = 0; update < kTrajectories; ++update) {
    chains.set(chains.group.phi, start);
    chains.group.action_known = false;
    hmc.apply(chains.group, chains.work, update);
    for (std::size_t i = 0; i < squares.size(); ++i) squares[i] += std::pow(chains.group.outcome[i].delta_h, 2) / kTrajectories;
  }
  return std::sqrt(test::over_chains(squares).mean);
}

// The r.m.s. of Delta H at fixed length falls as the order of the scheme says when the step is halved, and halved again; 320 trajectories
// from thermalised fields, the same for all steps. (Measured: 1.995 and 1.999, 1.996 and 1.999, 4.082 and 4.019.)
TEST(Integrator, Orders) {
  const auto chains = thermalised();
  const auto start = chains->sites(chains->group.phi);
  for (const auto& [name, steps, order] : {std::tuple{"leapfrog", 8, 2}, std::tuple{"omf2", 6, 2}, std::tuple{"omf4", 4, 4}}) {
    const Integrator& integrator = integrator_named(name);
    std::vector<double> rms;
    for (const int factor : {1, 2, 4}) rms.push_back(rms_of_delta_h(*chains, start, integrator, factor * steps));
    const double slope = std::log2(rms[0] / rms[1]), next = std::log2(rms[1] / rms[2]);
    EXPECT_NEAR(slope, order, 0.12) << name;
    EXPECT_NEAR(next, order, 0.03) << name;
  }
}

// With as many forces, that of omf2 is less than a quarter of leapfrog's (0.210 of it), and that of omf4 less than half of omf2's (0.439).
TEST(Integrator, Efficiency) {
  const auto chains = thermalised();
  const auto start = chains->sites(chains->group.phi);
  const auto rms = [&](const char* name, std::int64_t steps) { return rms_of_delta_h(*chains, start, integrator_named(name), steps); };
  const double leapfrog = rms("leapfrog", 12), omf2 = rms("omf2", 6), omf4 = rms("omf4", 3);
  EXPECT_LT(omf2, 0.25 * leapfrog);
  EXPECT_LT(omf4, 0.5 * omf2);
}

/// Means over updates of each chain.
struct Means {
  std::vector<double> exponential;  ///< exp(-Delta H)
  std::vector<double> probability;
  std::vector<double> accepted;
  std::vector<double> virial;  ///< phi dS/dphi a site, 2 S + 2 lambda phi^4: its mean is 1 whatever the action
};

Means means_of(const char* integrator, double step, std::int64_t steps, std::uint64_t updates) {
  const auto chains = thermalised();
  const std::size_t n = chains->group.outcome.size();
  Means result{std::vector<double>(n), std::vector<double>(n), std::vector<double>(n), std::vector<double>(n)};
  const Hmc hmc(9, make_trajectory(integrator_named(integrator), step, steps));
  const auto count = static_cast<double>(updates);
  for (std::uint64_t update = 0; update < updates; ++update) {
    hmc.apply(chains->group, chains->work, update);
    const auto phi = chains->sites(chains->group.phi);
    for (std::size_t i = 0; i < n; ++i) {
      const Outcome& outcome = chains->group.outcome[i];
      result.exponential[i] += std::exp(-outcome.delta_h) / count;
      result.probability[i] += outcome.probability / count;
      result.accepted[i] += (outcome.accepted ? 1.0 : 0.0) / count;
      double fourth = 0.0;
      for (std::size_t site = 0; site < 64; ++site) fourth += std::pow(phi[64 * i + site], 4);
      result.virial[i] += (2.0 * chains->group.action[i] + 2.0 * kLambda * fourth) / 64.0 / count;
    }
  }
  return result;
}

// With steps so coarse that three in ten are rejected: <exp(-Delta H)> = 1, as many are accepted as the probabilities say, and the fields
// have the distribution exp(-S): <phi dS/dphi> = 1 a site, to 0.3 %. 64 chains of 400 updates, 3.5 sigma each. (Acceptance: 0.714, 0.716
// and 0.693.)
TEST(Hmc, ExactAtCoarseSteps) {
  for (const auto& [name, step, steps] : {std::tuple{"leapfrog", 0.36, 3}, std::tuple{"omf2", 0.85, 1}, std::tuple{"omf4", 1.15, 1}}) {
    const Means result = means_of(name, step, steps, 400);
    const test::Estimate exponential = test::over_chains(result.exponential), virial = test::over_chains(result.virial);
    const double acceptance = test::over_chains(result.probability).mean;
    std::vector<double> excess = result.accepted;
    for (std::size_t i = 0; i < excess.size(); ++i) excess[i] -= result.probability[i];
    EXPECT_GT(acceptance, 0.6) << name;
    EXPECT_LT(acceptance, 0.8) << name;
    EXPECT_LT(std::abs(exponential.sigmas_from(1.0)), 3.5) << name << " " << exponential.mean;
    EXPECT_LT(std::abs(virial.sigmas_from(1.0)), 3.5) << name << " " << virial.mean;
    EXPECT_LT(std::abs(test::over_chains(excess).sigmas_from(0.0)), 3.5) << name;
  }
}

}  // namespace
}  // namespace scorefield
