#include "ensemble/complex_langevin.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <limits>
#include <vector>

#include "base/parallel.h"
#include "base/rng.h"
#include "ensemble/lattice_chains.h"
#include "lattice_support.h"
#include "test_support.h"

namespace scorefield {
namespace {

using Complex = std::complex<double>;

constexpr Extents kLattice{6, 8};
constexpr std::int64_t kChains = 5;

Params params_for(const Extents& lattice, std::int64_t chains) {
  Params params = test::lattice_params("langevin", lattice, chains);
  params.model = {};
  params.model.name = "complex-phi4";
  params.model.kappa = 0.2;
  params.model.lambda = 0.1;
  params.model.lambda_im = 0.05;
  params.model.mass = 0.9;
  params.model.mass_im = 0.3;
  params.generate.step = 0.05;
  params.generate.largest_drift = 0.1;
  params.generate.cluster = 0;
  params.generate.start = "hot";
  return params;
}

/// All numbers of all chains, [chain][component][y][x], on all ranks, after `updates` updates.
std::vector<double> run(const Comm& comm, const Params& params, int threads, std::int64_t updates) {
  LatticeChains chains(comm, params, threads);
  chains.start();
  chains.advance(0, updates, 1, [](std::int64_t, std::int64_t, const Outcome&) {});
  const Domain& domain = chains.domain();
  const Extents& lattice = domain.lattice();
  const std::int64_t components = chains.components();
  std::vector<double> all(static_cast<std::size_t>(params.generate.chains * components * lattice.sites()), 0.0);
  std::vector<double> mine(static_cast<std::size_t>(chains.numbers()));
  for (std::int64_t chain = 0; chain < domain.chains().size(); ++chain) {
    chains.copy_out(chain, mine);
    std::size_t from = 0;
    for (std::int64_t c = 0; c < components; ++c) {
      for (std::int64_t y = domain.rows().begin; y < domain.rows().end; ++y) {
        for (std::int64_t x = domain.columns().begin; x < domain.columns().end; ++x) {
          all[static_cast<std::size_t>((((domain.chains().begin + chain) * components + c) * lattice.y + y) * lattice.x + x)] =
              mine[from++];
        }
      }
    }
  }
  comm.sum(std::span(all));
  return all;
}

/// The same by loops over sites, of one chain, from the same start and with the same noise.
class PlainChain {
 public:
  PlainChain(const Params& params, std::int64_t chain)
      : params_(params), chain_(chain), size_(kLattice.sites()), z_(draw(Stream::start, 0)) {}

  void update(std::uint64_t number) {
    double left = static_cast<double>(steps_of(params_.generate.trajectory, params_.generate.step));
    for (std::uint64_t k = number * (1u << 20); left > 1e-9; ++k) left -= step(k, std::min(1.0, left));
  }
  const std::vector<Complex>& field() const { return z_; }

 private:
  /// Returns what part of a step it made.
  double step(std::uint64_t number, double part) {
    const GenerateParams& generate = params_.generate;
    const auto re = draw(Stream::complex_noise_re, number), im = draw(Stream::complex_noise_im, number);
    const std::vector<Complex> first = drift(z_);
    double largest = 0.0;
    for (const Complex& k : first) largest = std::max(largest, std::abs(k) * generate.step);
    double shortened = 1.0;
    while (generate.largest_drift > 0.0 && shortened * largest > generate.largest_drift) shortened *= 0.5;
    part = std::min(part, shortened);
    const double h = part * generate.step, ny = generate.noise_y;
    std::vector<Complex> next(z_.size());
    for (std::size_t i = 0; i < z_.size(); ++i) {
      const Complex noise(std::sqrt(2.0 * (1.0 + ny) * h) * re[i].real(), std::sqrt(2.0 * ny * h) * im[i].real());
      next[i] = z_[i] + h * first[i] + noise;
      z_[i] += noise;
    }
    const std::vector<Complex> second = generate.scheme == "euler" ? first : drift(next);
    for (std::size_t i = 0; i < z_.size(); ++i) z_[i] += 0.5 * h * (first[i] + second[i]);
    return part;
  }

  std::vector<Complex> draw(Stream stream, std::uint64_t step) const {
    std::vector<double> numbers(static_cast<std::size_t>(size_));
    fill_normals({static_cast<std::uint64_t>(params_.run.seed), stream, step}, static_cast<std::uint64_t>(chain_ * size_), numbers);
    return {numbers.begin(), numbers.end()};
  }

  std::vector<Complex> drift(const std::vector<Complex>& z) const {
    const ModelParams& model = params_.model;
    std::vector<Complex> k(z.size());
    const auto at = [&](std::int64_t y, std::int64_t x) {
      return z[static_cast<std::size_t>((y + kLattice.y) % kLattice.y * kLattice.x + (x + kLattice.x) % kLattice.x)];
    };
    for (std::int64_t y = 0; y < kLattice.y; ++y) {
      for (std::int64_t x = 0; x < kLattice.x; ++x) {
        const Complex here = at(y, x), sum = at(y, x - 1) + at(y, x + 1) + at(y - 1, x) + at(y + 1, x);
        k[static_cast<std::size_t>(y * kLattice.x + x)] = 2.0 * model.kappa * sum - 2.0 * Complex(model.mass, model.mass_im) * here -
                                                          4.0 * Complex(model.lambda, model.lambda_im) * here * here * here;
      }
    }
    return k;
  }

  const Params& params_;
  std::int64_t chain_, size_;
  std::vector<Complex> z_;
};

/// All chains of the program beside plain ones.
void expect_plain(const Params& params, std::uint64_t updates) {
  const std::vector<double> found = run(test::world(), params, 1, static_cast<std::int64_t>(updates));
  for (std::int64_t chain = 0; chain < kChains; ++chain) {
    PlainChain plain(params, chain);
    for (std::uint64_t number = 0; number < updates; ++number) plain.update(number);
    for (std::size_t i = 0; i < plain.field().size(); ++i) {
      const std::size_t at = static_cast<std::size_t>(2 * chain * kLattice.sites()) + i;
      EXPECT_NEAR(found[at], plain.field()[i].real(), 1e-11) << chain << " " << i;
      EXPECT_NEAR(found[at + static_cast<std::size_t>(kLattice.sites())], plain.field()[i].imag(), 1e-11) << chain << " " << i;
    }
  }
}

TEST(ComplexLangevin, MovesAsAPlainLoopDoes) {
  for (const char* scheme : {"second-order", "euler"}) {
    for (const double noise_y : {0.0, 0.4}) {
      Params params = params_for(kLattice, kChains);
      params.generate.scheme = scheme;
      params.generate.noise_y = noise_y;
      params.generate.largest_drift = 0.0;
      expect_plain(params, 3);
    }
  }
}

// Steps by halves, quarters, ... where the drift is large; with 0.3, some are and some are not.
TEST(ComplexLangevin, ShortensStepsAsAPlainLoopDoes) {
  for (const double largest : {0.02, 0.3}) {
    Params params = params_for(kLattice, kChains);
    params.generate.largest_drift = largest;
    expect_plain(params, 3);
  }
}

// From a cold start, all sites are alike but for the noise.
TEST(ComplexLangevin, ComponentsOfTheBoseGasHaveNoiseOfTheirOwn) {
  Params params = params_for(kLattice, kChains);
  params.model = {};
  params.model.name = "bose-gas";
  params.generate.start = "cold";
  const std::vector<double> found = run(test::world(), params, 1, 1);
  const auto sites = static_cast<std::size_t>(kLattice.sites());
  for (std::size_t chain = 0; chain < kChains; ++chain) {
    for (std::size_t i = 4 * chain * sites; i < (4 * chain + 1) * sites; ++i) EXPECT_GT(std::fabs(found[i] - found[i + 2 * sites]), 1e-6);
  }
}

// Steps are shortened now and then (largest drift 0.1), each chain's own.
TEST(ComplexLangevin, IsTheSameToTheBitForAnyGridAndThreads) {
  for (const Extents lattice : {kLattice, Extents{16, 32}, Extents{5, 7}}) {
    Params params = params_for(lattice, kChains);
    params.generate.noise_y = 0.2;
    const Comm self = Comm::self();
    const std::vector<double> alone = run(self, params, 1, 4);
    const int ranks = test::world().size();
    std::vector<std::vector<std::int64_t>> grids = {{ranks, 1, 1}, {1, ranks, 1}, {1, 1, ranks}};
    if (ranks == 4) grids.push_back({1, 2, 2});
    for (const auto& grid : grids) {
      params.lattice.process_grid = grid;
      for (const int threads : {1, 2}) {
        EXPECT_EQ(test::bits(run(test::world(), params, threads, 4)), test::bits(alone)) << grid[0] << grid[1] << grid[2] << threads;
      }
    }
  }
}

TEST(ComplexLangevin, ShortensNoStepWhereTheDriftIsSmall) {
  Params params = params_for(kLattice, kChains);
  params.generate.largest_drift = 0.0;
  const std::vector<double> whole = run(test::world(), params, 1, 1);
  params.generate.largest_drift = 1e3;
  EXPECT_EQ(test::bits(run(test::world(), params, 1, 1)), test::bits(whole));
  params.generate.largest_drift = 0.15;
  EXPECT_NE(test::bits(run(test::world(), params, 1, 1)), test::bits(whole));
}

// Found at the first step that goes too far, before numbers overflow.
TEST(ComplexLangevin, RunawaysAreAnErrorOfAllRanks) {
  Params params = params_for(kLattice, kChains);
  params.generate.largest_drift = 0.0;
  params.generate.scheme = "euler";
  params.generate.step = 0.5;
  params.generate.trajectory = 50.0;
  params.model.lambda = 100.0;
  const test::Caught error = test::caught([&] { run(test::world(), params, 1, 1); });
  EXPECT_TRUE(error.agreed);
  EXPECT_EQ(error.code, ExitCode::numerical);
  const std::size_t place = error.message.find("generate.step is ");
  ASSERT_NE(place, std::string::npos) << error.message;
  EXPECT_LT(std::stod(error.message.substr(place + 17)), 1e17) << error.message;
  EXPECT_NE(error.message.find("generate.largest-drift = 0"), std::string::npos) << error.message;
}

TEST(ComplexLangevin, WhatIsNotFiniteIsInfinitelyFar) {
  Params params = params_for(kLattice, 1);
  const Comm self = Comm::self();
  const Domain domain(self, kLattice, 1, {1, 1, 1});
  const Layout layout = make_layout(domain, 1);
  const auto action = make_complex_field_action(params.model);
  Field z(domain, layout, 2), noise(domain, layout, 2), next(domain, layout, 2);
  const auto largest = [&] {
    const std::array<Block, 2> at = {z.block(0, 0), z.block(1, 0)}, by = {noise.block(0, 0), noise.block(1, 0)},
                               to = {next.block(0, 0), next.block(1, 0)};
    return action->predict(at, by, to, {0.1, 0.1, 0.0});
  };
  EXPECT_EQ(largest(), 0.0);
  z.block(0, 0).sites(2)[3] = std::nan("");
  EXPECT_EQ(largest(), std::numeric_limits<double>::infinity());
}

/// Mode by mode, Phi = sum_x e^{-ikx} z(x): of the free field each is a Gaussian model with sigma = 2 m - 4 kappa (cos k_x + cos k_y).
TEST(ComplexLangevin, FreeFieldModeByMode) {
  constexpr std::int64_t kMany = 512, kUpdates = 40;
  constexpr Extents kSmall{4, 4};
  const auto row = [](std::int64_t site) { return site / 4; };
  const auto column = [](std::int64_t site) { return site % 4; };
  Params params = params_for(kSmall, kMany);
  params.model.lambda = params.model.lambda_im = 0.0;
  params.generate.step = 0.02;
  params.generate.trajectory = 2.0;
  params.generate.largest_drift = 0.0;
  const std::int64_t sites = kSmall.sites();
  LatticeChains chains(test::world(), params, 1);
  chains.start();
  const Range mine = chains.domain().chains();
  const bool whole = chains.domain().whole();
  std::vector<double> sums(static_cast<std::size_t>(4 * sites), 0.0), numbers(static_cast<std::size_t>(2 * sites));
  std::vector<Complex> means(static_cast<std::size_t>(mine.size() * sites), 0.0);
  ASSERT_TRUE(whole);
  for (std::int64_t update = 0; update < kUpdates + 3; ++update) {
    chains.advance(static_cast<std::uint64_t>(update), 1, 1, [](std::int64_t, std::int64_t, const Outcome&) {});
    for (std::int64_t chain = 0; chain < mine.size() && update >= 3; ++chain) {
      chains.copy_out(chain, numbers);
      for (std::int64_t mode = 0; mode < sites; ++mode) {
        Complex forward = 0.0, backward = 0.0;
        for (std::int64_t site = 0; site < sites; ++site) {
          const std::int64_t phase = row(mode) * row(site) + column(mode) * column(site);
          const double angle = 2.0 * M_PI * static_cast<double>(phase) / 4.0;
          const Complex z(numbers[static_cast<std::size_t>(site)], numbers[static_cast<std::size_t>(sites + site)]);
          forward += std::polar(1.0, -angle) * z;
          backward += std::polar(1.0, angle) * z;
        }
        means[static_cast<std::size_t>(chain * sites + mode)] += forward * backward / static_cast<double>(sites * kUpdates);
      }
    }
  }
  for (std::int64_t chain = 0; chain < mine.size(); ++chain) {
    for (std::int64_t mode = 0; mode < sites; ++mode) {
      const Complex mean = means[static_cast<std::size_t>(chain * sites + mode)];
      const auto at = static_cast<std::size_t>(4 * mode);
      sums[at] += mean.real() / kMany;
      sums[at + 1] += mean.imag() / kMany;
      sums[at + 2] += mean.real() * mean.real() / kMany;
      sums[at + 3] += mean.imag() * mean.imag() / kMany;
    }
  }
  test::world().sum(std::span(sums));
  for (std::int64_t mode = 0; mode < sites; ++mode) {
    const double cosines = std::cos(0.5 * M_PI * static_cast<double>(row(mode))) + std::cos(0.5 * M_PI * static_cast<double>(column(mode)));
    const Complex s = 0.02 * (2.0 * Complex(params.model.mass, params.model.mass_im) - 4.0 * params.model.kappa * cosines);
    const Complex r = 1.0 - s + 0.5 * s * s, b = 1.0 - 0.5 * s, expected = 2.0 * 0.02 * b * b / (1.0 - r * r);  // of Heun steps, h = 0.02
    const auto at = static_cast<std::size_t>(4 * mode);
    const double error_re = std::sqrt((sums[at + 2] - sums[at] * sums[at]) / (kMany - 1));
    const double error_im = std::sqrt((sums[at + 3] - sums[at + 1] * sums[at + 1]) / (kMany - 1));
    EXPECT_LT(std::fabs(test::sigmas(sums[at], expected.real(), error_re)), 4.5) << mode;
    EXPECT_LT(std::fabs(test::sigmas(sums[at + 1], expected.imag(), error_im)), 4.5) << mode;
  }
}

}  // namespace
}  // namespace scorefield
