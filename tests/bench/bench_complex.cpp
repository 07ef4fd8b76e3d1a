// Complex Langevin of lattice fields beside the real one and a plain loop, on one core, in one run. Times are per site and step.
#include <benchmark/benchmark.h>

#include <complex>
#include <random>
#include <vector>

#include "ensemble/complex_langevin.h"
#include "ensemble/momenta.h"
#include "physics/phi4.h"

namespace scorefield {
namespace {

constexpr std::int64_t kExtent = 32, kChains = 64, kSteps = 10;
constexpr double kStep = 0.01, kKappa = 0.2, kLambda = 0.1;

/// Chains as a run of the program has them, each in a group of its own.
struct Chains {
  Chains(const LatticeAction* action, std::int64_t components)
      : comm(Comm::self()),
        domain(comm, {kExtent, kExtent}, kChains, {1, 1, 1}),
        layout(make_layout(domain, 1)),
        work(domain, layout, action, 1, components, false) {
    for (std::int64_t chain = 0; chain < kChains; ++chain) {
      groups.push_back({Field(domain, layout, components), {chain, chain + 1}, {}, std::vector<Outcome>(1)});
      for (std::int64_t c = 0; c < components; ++c) {
        for (std::size_t tile = 0; tile < layout.tiles.size(); ++tile) {
          fill_normals({1, Stream::start, 0}, domain.lattice(), components * chain + c, groups.back().phi.block(c, tile));
        }
      }
    }
  }

  void run(benchmark::State& state, const Update& update) {
    std::uint64_t number = 0;
    for (auto _ : state) {
      for (ChainGroup& group : groups) update.apply(group, work, number);
      ++number;
    }
    state.SetItemsProcessed(state.iterations() * kChains * kExtent * kExtent * kSteps);
  }

  Comm comm;
  Domain domain;
  Layout layout;
  Workspace work;
  std::vector<ChainGroup> groups;
};

void real(benchmark::State& state) {
  const Phi4 action(kKappa, kLambda);
  Chains(&action, 1).run(state, Langevin(1, kStep, kSteps, LangevinScheme::second_order));
}

void complexified(benchmark::State& state, const char* name) {
  ModelParams model;
  model.name = name;
  model.kappa = kKappa;
  model.lambda = kLambda;
  model.lambda_im = 0.05;
  model.mass_im = 0.2;
  const auto action = make_complex_field_action(model);
  Chains(nullptr, action->components()).run(state, ComplexLangevin(1, *action, {LangevinScheme::second_order, kStep, kSteps, 0.0, 0.5}));
}

/// complex-phi4 as one would write it down: one chain, std::complex, periodic by remainders, std::normal_distribution.
void plain(benchmark::State& state) {
  using Complex = std::complex<double>;
  const Complex mass(1.0, 0.2), lambda(kLambda, 0.05);
  const auto sites = static_cast<std::size_t>(kExtent * kExtent);
  std::vector<Complex> z(sites), next(sites), first(sites);
  std::vector<double> noise(sites);
  std::mt19937_64 generator(1);
  std::normal_distribution<double> normal;
  const auto at = [](std::int64_t y, std::int64_t x) {
    return static_cast<std::size_t>((y + kExtent) % kExtent * kExtent + (x + kExtent) % kExtent);
  };
  const auto drift = [&](const std::vector<Complex>& field, std::int64_t y, std::int64_t x) {
    const Complex here = field[at(y, x)], sum = field[at(y, x - 1)] + field[at(y, x + 1)] + field[at(y - 1, x)] + field[at(y + 1, x)];
    return 2.0 * kKappa * sum - 2.0 * mass * here - 4.0 * lambda * here * here * here;
  };
  for (auto _ : state) {
    for (std::int64_t step = 0; step < kSteps; ++step) {
      for (std::int64_t y = 0; y < kExtent; ++y) {
        for (std::int64_t x = 0; x < kExtent; ++x) {
          const std::size_t i = at(y, x);
          noise[i] = std::sqrt(2.0 * kStep) * normal(generator);
          first[i] = drift(z, y, x);
          next[i] = z[i] + kStep * first[i] + noise[i];
        }
      }
      for (std::int64_t y = 0; y < kExtent; ++y) {
        for (std::int64_t x = 0; x < kExtent; ++x) {
          const std::size_t i = at(y, x);
          z[i] += 0.5 * kStep * (first[i] + drift(next, y, x)) + noise[i];
        }
      }
    }
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * kExtent * kExtent * kSteps);
}

BENCHMARK(real)->Name("langevin/real");
BENCHMARK_CAPTURE(complexified, phi4, "complex-phi4")->Name("langevin/complex-phi4");
BENCHMARK_CAPTURE(complexified, bose, "bose-gas")->Name("langevin/bose-gas");
BENCHMARK(plain)->Name("langevin/complex-plain");

}  // namespace
}  // namespace scorefield
