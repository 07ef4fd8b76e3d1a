// The core's kernels beside the obvious way to do the same, on one core, in one run. tests/bench/report makes the table.
// Times are per item: a number, a term of a sum, a configuration, a training sample.
#include <benchmark/benchmark.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "base/exact_sum.h"
#include "base/rng.h"
#include "denoiser/learning.h"
#include "diffusion/fused_mlp.h"
#include "diffusion/network_layout.h"
#include "ensemble/walkers.h"
#include "physics/two_peak.h"

namespace scorefield {
namespace {

constexpr std::size_t kNumbers = 4096;  // what a thread works on at a time (work_plan.h)

void count_items(benchmark::State& state, std::size_t per_iteration) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(per_iteration));
}

/// Fills of `size` numbers each, at changing places that are no multiples of anything.
template <void (*fill)(const RandomKey&, std::uint64_t, std::span<double>)>
void ours(benchmark::State& state) {
  std::vector<double> x(static_cast<std::size_t>(state.range(0)));
  std::uint64_t first = x.size() < kNumbers ? 5 : 0;
  for (auto _ : state) {
    fill({1, Stream::prior, 0}, first, x);
    first += x.size();
    benchmark::DoNotOptimize(x.data());
    benchmark::ClobberMemory();
  }
  count_items(state, x.size());
}

template <class Distribution>
void standard_library(benchmark::State& state) {
  std::vector<double> x(kNumbers);
  std::mt19937_64 engine(1);
  Distribution distribution;
  for (auto _ : state) {
    for (double& number : x) number = distribution(engine);
    benchmark::DoNotOptimize(x.data());
    benchmark::ClobberMemory();
  }
  count_items(state, x.size());
}

BENCHMARK(ours<fill_normals>)->Name("normals/ours")->Arg(kNumbers)->Arg(64)->Arg(1);
BENCHMARK(standard_library<std::normal_distribution<double>>)->Name("normals/std");
BENCHMARK(ours<fill_uniforms>)->Name("uniforms/ours")->Arg(kNumbers);
BENCHMARK(standard_library<std::uniform_real_distribution<double>>)->Name("uniforms/std");

/// Complex Langevin of the quartic model (A = B = lambda = 1, N_y = 0) by stochastic Heun steps; an item is a step of a walker.
GenerateParams walker_settings() {
  GenerateParams generate;
  generate.trajectory = 0.5;
  generate.step = 0.005;
  generate.thermalisation = 0;
  generate.separation = 1;
  return generate;
}

void move_walkers(benchmark::State& state) {
  const GenerateParams generate = walker_settings();
  const Walkers walkers({{1.0, 1.0}, 1.0}, generate, 1);
  std::vector<double> xy(2 * kNumbers);
  for (auto _ : state) {
    walkers.draw(0, xy);
    benchmark::DoNotOptimize(xy.data());
    benchmark::ClobberMemory();
  }
  count_items(state, kNumbers * 100);
}

/// One walker after the other, with the standard library's noise.
void move_walkers_plainly(benchmark::State& state) {
  const double h = walker_settings().step;
  std::mt19937_64 engine(1);
  std::normal_distribution<double> normal(0.0, std::sqrt(2.0 * h));
  double x = 0.0, y = 0.0;
  for (auto _ : state) {
    for (std::size_t step = 0; step < kNumbers; ++step) {
      const auto drift_x = [](double u, double v) { return -u + v - u * (u * u - 3.0 * v * v); };
      const auto drift_y = [](double u, double v) { return -u - v - v * (3.0 * u * u - v * v); };
      const double kx = drift_x(x, y), ky = drift_y(x, y), noise = normal(engine);
      const double next_x = x + h * kx + noise, next_y = y + h * ky;
      x += 0.5 * h * (kx + drift_x(next_x, next_y)) + noise;
      y += 0.5 * h * (ky + drift_y(next_x, next_y));
    }
    benchmark::DoNotOptimize(x);
    benchmark::DoNotOptimize(y);
  }
  count_items(state, kNumbers);
}

BENCHMARK(move_walkers)->Name("walkers/ours");
BENCHMARK(move_walkers_plainly)->Name("walkers/plain");

void in_blocks(std::span<const double> terms, ExactSum& sum) { sum.add(terms); }

void term_by_term(std::span<const double> terms, ExactSum& sum) {
  for (const double term : terms) sum.add(term);
}

void plainly(std::span<const double> terms, double& total) {
  double sum = 0.0;
#pragma omp simd reduction(+ : sum)
  for (std::size_t i = 0; i < terms.size(); ++i) sum += terms[i];
  total += sum;
}

template <class Sum, void (*add)(std::span<const double>, Sum&)>
void add_normals(benchmark::State& state) {
  std::vector<double> x(static_cast<std::size_t>(state.range(0)));
  fill_normals({1, Stream::prior, 0}, 0, x);
  Sum sum{};
  for (auto _ : state) {
    add(x, sum);
    benchmark::DoNotOptimize(&sum);
    benchmark::ClobberMemory();
  }
  count_items(state, x.size());
}

BENCHMARK(add_normals<ExactSum, in_blocks>)->Name("sum/ours")->Arg(1000)->Arg(100000)->Arg(10000000);
BENCHMARK(add_normals<ExactSum, term_by_term>)->Name("sum/term-by-term")->Arg(1000)->Arg(100000)->Arg(10000000);
BENCHMARK(add_normals<double, plainly>)->Name("sum/plain")->Arg(1000)->Arg(100000)->Arg(10000000);

void evaluate_network(benchmark::State& state) {
  const NetworkParams network;
  const FusedMlp mlp(network, embedding_frequencies(network, 1), initial_weights(network, 1, 1), PointReference{});
  std::vector<double> x(kNumbers);
  fill_normals({1, Stream::prior, 0}, 0, x);
  const std::vector<float> in(x.begin(), x.end());
  std::vector<float> out(kNumbers);
  for (auto _ : state) {
    mlp.evaluate(-0.5, in, out);
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  count_items(state, kNumbers);
}

BENCHMARK(evaluate_network)->Name("network/ours");

/// Optimiser steps of the default training (batches of 128 levels with 256 configurations each).
void train(benchmark::State& state) {
  const Comm comm = Comm::self();
  std::vector<double> data(100000);
  TwoPeak(1.0, 0.25, 0.5).draw(1, 0, data);
  std::sort(data.begin(), data.end());
  const Trainer::Settings settings{{}, {}, Schedule(1.0, 10.0), 0.02, 1};
  const auto trainer = learning().trainer(comm, settings, data, {0.0, 1.0625});
  for (auto _ : state) benchmark::DoNotOptimize(trainer->step());
  count_items(state, static_cast<std::size_t>(settings.train.levels * settings.train.per_level));
}

BENCHMARK(train)->Name("training/ours")->Iterations(10);

}  // namespace
}  // namespace scorefield

int main(int argc, char** argv) {
  const scorefield::MpiEnvironment environment(&argc, &argv);
  omp_set_num_threads(1);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
