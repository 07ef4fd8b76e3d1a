#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "ensemble/fourier_kernel.h"
#include "ensemble/hmc.h"
#include "lattice_support.h"

namespace scorefield {
namespace {

const Comm& comm() { return test::world(); }

constexpr double kMass = 0.7;
const std::vector<Extents> kLattices = {{2, 2}, {2, 5}, {3, 2}, {5, 7}, {6, 8}, {16, 12}};

FieldShape shape_of(const Extents& lattice) { return {static_cast<std::size_t>(lattice.y), static_cast<std::size_t>(lattice.x)}; }

/// sqrt(K) of wave number n, from the formula.
double root(const Extents& lattice, std::int64_t ny, std::int64_t nx) {
  const auto angle = [](std::int64_t n, std::int64_t extent) {
    return 2.0 * std::numbers::pi * static_cast<double>(n) / static_cast<double>(extent);
  };
  const double khat2 = 4.0 - 2.0 * std::cos(angle(ny, lattice.y)) - 2.0 * std::cos(angle(nx, lattice.x));
  return std::sqrt((kMass * kMass + 8.0) / (kMass * kMass + khat2));
}

// A plane wave of any phase is multiplied by the root of its own K.
TEST(FourierKernel, PlaneWaves) {
  for (const Extents& lattice : kLattices) {
    FourierKernel kernel(shape_of(lattice), kMass);
    for (std::int64_t ny = 0; ny < lattice.y; ++ny) {
      for (std::int64_t nx = 0; nx < lattice.x; ++nx) {
        std::vector<double> wave;
        for (std::int64_t y = 0; y < lattice.y; ++y) {
          for (std::int64_t x = 0; x < lattice.x; ++x) {
            const double turns =
                static_cast<double>(ny * y) / static_cast<double>(lattice.y) + static_cast<double>(nx * x) / static_cast<double>(lattice.x);
            wave.push_back(std::cos(2.0 * std::numbers::pi * turns + 0.4));
          }
        }
        std::vector<double> moved = wave;
        kernel.apply_root(moved);
        for (std::size_t i = 0; i < wave.size(); ++i) EXPECT_NEAR(moved[i], root(lattice, ny, nx) * wave[i], 1e-13) << ny << " " << nx;
      }
    }
  }
}

/// pi += kick sqrt(K) F, then phi += drift sqrt(K) pi, on one lattice.
void evolve_plainly(const test::PlainPhi4& plain, std::vector<double>& phi, std::vector<double>& pi, std::span<const Stage> stages) {
  FourierKernel kernel(shape_of(plain.lattice), kMass);
  for (const Stage& stage : stages) {
    std::vector<double> force = plain.force(phi);
    kernel.apply_root(force);
    for (std::size_t i = 0; i < pi.size(); ++i) pi[i] += stage.kick * force[i];
    std::vector<double> velocity = pi;
    kernel.apply_root(velocity);
    for (std::size_t i = 0; i < phi.size(); ++i) phi[i] += stage.drift * velocity[i];
  }
}

// Accelerated molecular dynamics, however the lattice is cut: to rounding that of plain loops, to the bit that of one rank.
TEST(Acceleration, EvolvesHoweverCut) {
  constexpr std::int64_t kChains = 2;
  const std::vector<Stage> stages = {{0.1, 0.2}, {0.3, 0.0}, {0.0, 0.1}, {0.2, 0.2}};
  for (const Extents& lattice : kLattices) {
    const test::PlainPhi4 plain{lattice, 0.31, 0.17};
    const auto evolved = [&](test::TestChains& chains) {
      chains.work.accelerate(kMass);
      chains.set_normals(chains.group.phi, 7);
      chains.set_normals(chains.work.momenta(), 8);
      chains.work.evolve(chains.group.phi, stages);
    };
    test::TestChains whole(lattice, {0, kChains}, Phi4(plain.kappa, plain.lambda));
    evolved(whole);
    const auto phi = whole.sites(whole.group.phi), pi = whole.sites(whole.work.momenta());
    const auto sites = static_cast<std::size_t>(lattice.sites());
    const auto numbers = static_cast<std::size_t>(kChains) * sites;
    test::TestChains before(lattice, {0, kChains}, Phi4(plain.kappa, plain.lambda));
    before.set_normals(before.group.phi, 7);
    before.set_normals(before.work.momenta(), 8);
    const auto first_phi = before.sites(before.group.phi), first_pi = before.sites(before.work.momenta());
    for (std::size_t first = 0; first < numbers; first += sites) {
      const auto chain_of = [&](const std::vector<double>& all) {
        return std::vector<double>(all.begin() + static_cast<std::ptrdiff_t>(first),
                                   all.begin() + static_cast<std::ptrdiff_t>(first + sites));
      };
      auto expected_phi = chain_of(first_phi), expected_pi = chain_of(first_pi);
      evolve_plainly(plain, expected_phi, expected_pi, stages);
      for (std::size_t i = 0; i < sites; ++i) {
        EXPECT_NEAR(phi[first + i], expected_phi[i], 1e-13);
        EXPECT_NEAR(pi[first + i], expected_pi[i], 1e-13);
      }
    }
    for (const test::Cut& cut : test::cuts(comm().size(), lattice, kChains)) {
      test::TestChains chains(comm(), lattice, kChains, Phi4(plain.kappa, plain.lambda), cut);
      evolved(chains);
      EXPECT_EQ(test::different(chains.sites(chains.group.phi), phi), 0u) << cut.text();
      EXPECT_EQ(test::different(chains.sites(chains.work.momenta()), pi), 0u) << cut.text();
    }
  }
}

}  // namespace
}  // namespace scorefield
