// Molecular dynamics of phi^4 beside plain loops, on one core, in one run. Times are per site and step.
#include <benchmark/benchmark.h>

#include <vector>

#include "ensemble/hmc.h"
#include "ensemble/momenta.h"
#include "ensemble/signs.h"
#include "physics/phi4.h"

namespace scorefield {
namespace {

constexpr double kKappa = 0.27, kLambda = 0.022, kStep = 0.1;
constexpr std::int64_t kSteps = 10;
constexpr std::int64_t kChains = 64;  // of small lattices

MolecularDynamics leapfrog() { return make_trajectory(integrator_named("leapfrog"), kStep, kSteps); }

/// Chains as a run of the program has them, each in a group of its own.
struct Lattice {
  Lattice(std::int64_t extent, std::int64_t chains)
      : comm(Comm::self()),
        domain(comm, {extent, extent}, chains, {1, 1, 1}),
        layout(make_layout(domain, 1)),
        action(kKappa, kLambda),
        work(domain, layout, &action, 1, 1, false) {
    for (std::int64_t chain = 0; chain < chains; ++chain) {
      groups.push_back({Field(domain, layout, 1), {chain, chain + 1}, {}, std::vector<Outcome>(1)});
      for (std::size_t tile = 0; tile < layout.tiles.size(); ++tile) {
        fill_normals({1, Stream::start, 0}, domain.lattice(), chain, groups.back().phi.block(0, tile));
        fill_normals({1, Stream::momenta, 0}, domain.lattice(), chain, work.momenta().block(0, tile));
      }
    }
  }
  Comm comm;
  Domain domain;
  Layout layout;
  Phi4 action;
  Workspace work;
  std::vector<ChainGroup> groups;
};

void count_steps(benchmark::State& state, std::int64_t sites) { state.SetItemsProcessed(state.iterations() * sites * kSteps); }

void ours(benchmark::State& state) {
  const std::int64_t extent = state.range(0), chains = extent <= 128 ? kChains : 1;
  Lattice lattice(extent, chains);
  const MolecularDynamics dynamics = leapfrog();
  for (auto _ : state) {
    for (ChainGroup& group : lattice.groups) lattice.work.evolve(group.phi, dynamics.stages);
  }
  count_steps(state, chains * extent * extent);
}

void whole_trajectory(benchmark::State& state) {
  const std::int64_t extent = state.range(0), chains = extent <= 128 ? kChains : 1;
  Lattice lattice(extent, chains);
  const Hmc hmc(1, leapfrog());
  std::uint64_t number = 0;
  for (auto _ : state) {
    for (ChainGroup& group : lattice.groups) hmc.apply(group, lattice.work, number);
    ++number;
  }
  count_steps(state, chains * extent * extent);
}

/// A field [y][x][chain] whose innermost loop runs over chains; a sweep of kicks, then one of drifts.
void plain_with_chains_inside(benchmark::State& state) {
  const std::int64_t extent = state.range(0);
  std::vector<double> phi(static_cast<std::size_t>(extent * extent * kChains)), pi(phi.size());
  fill_normals({1, Stream::start, 0}, 0, phi);
  fill_normals({1, Stream::momenta, 0}, 0, pi);
  const auto at = [&](std::int64_t y, std::int64_t x) {
    return phi.data() + ((y + extent) % extent * extent + (x + extent) % extent) * kChains;
  };
  for (auto _ : state) {
    for (std::int64_t step = 0; step < kSteps; ++step) {
      for (std::int64_t y = 0; y < extent; ++y) {
        for (std::int64_t x = 0; x < extent; ++x) {
          const double *here = at(y, x), *up = at(y - 1, x), *down = at(y + 1, x), *left = at(y, x - 1), *right = at(y, x + 1);
          double* momenta = pi.data() + (y * extent + x) * kChains;
#pragma omp simd
          for (std::int64_t c = 0; c < kChains; ++c) {
            const double v = here[c];
            momenta[c] +=
                kStep * (2 * kKappa * (up[c] + down[c] + left[c] + right[c]) - 2 * (1 - 2 * kLambda) * v - 4 * kLambda * v * v * v);
          }
        }
      }
#pragma omp simd
      for (std::size_t i = 0; i < phi.size(); ++i) phi[i] += kStep * pi[i];
    }
    benchmark::ClobberMemory();
  }
  count_steps(state, kChains * extent * extent);
}

/// One chain [y][x], rows vectorised along x; a sweep of kicks, then one of drifts.
void plain_two_sweeps(benchmark::State& state) {
  const std::int64_t extent = state.range(0), stride = extent + 2;
  std::vector<double> phi(static_cast<std::size_t>((extent + 2) * stride)), pi(phi.size());
  fill_normals({1, Stream::start, 0}, 0, phi);
  fill_normals({1, Stream::momenta, 0}, 0, pi);
  for (auto _ : state) {
    for (std::int64_t step = 0; step < kSteps; ++step) {
      for (std::int64_t y = 1; y <= extent; ++y) {
        const double* row = phi.data() + y * stride;
        double* momenta = pi.data() + y * stride;
#pragma omp simd
        for (std::int64_t x = 1; x <= extent; ++x) {
          const double v = row[x];
          momenta[x] += kStep * (2 * kKappa * (row[x - 1] + row[x + 1] + row[x - stride] + row[x + stride]) - 2 * (1 - 2 * kLambda) * v -
                                 4 * kLambda * v * v * v);
        }
      }
      for (std::int64_t y = 1; y <= extent; ++y) {
        double* row = phi.data() + y * stride;
        const double* momenta = pi.data() + y * stride;
#pragma omp simd
        for (std::int64_t x = 1; x <= extent; ++x) row[x] += kStep * momenta[x];
        row[0] = row[extent];
        row[extent + 1] = row[1];
      }
      std::copy_n(phi.data() + extent * stride, stride, phi.data());
      std::copy_n(phi.data() + stride, stride, phi.data() + (extent + 1) * stride);
    }
    benchmark::ClobberMemory();
  }
  count_steps(state, extent * extent);
}

BENCHMARK(ours)->Name("md/ours")->Arg(32)->Arg(2048);
BENCHMARK(plain_with_chains_inside)->Name("md/chains-inside")->Arg(32);
BENCHMARK(plain_two_sweeps)->Name("md/two-sweeps")->Arg(2048);
BENCHMARK(whole_trajectory)->Name("trajectory/ours")->Arg(32)->Arg(2048);

}  // namespace
}  // namespace scorefield
