#include "statistics/autocorrelation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "markov_series.h"
#include "test_support.h"

namespace scorefield {
namespace {

using Chains = std::vector<std::vector<double>>;

/// Observables 2 + x and 3 + x/2 + y of AR(1) processes x and y, a = 0.9 and 0.6.
std::vector<Chains> numerator_and_denominator(const std::vector<std::size_t>& lengths, std::uint64_t seed) {
  const Chains x = test::ar1_replicas(0.9, lengths, seed), y = test::ar1_replicas(0.6, lengths, seed + 10);
  std::vector<Chains> observables = {x, y};
  for (std::size_t r = 0; r < lengths.size(); ++r) {
    for (std::size_t i = 0; i < lengths[r]; ++i) {
      observables[0][r][i] = 2.0 + x[r][i];
      observables[1][r][i] = 3.0 + 0.5 * x[r][i] + y[r][i];
    }
  }
  return observables;
}

double ratio(std::span<const double> means) { return means[0] / means[1]; }

/// What pyerrors 2.17 prints of a series of N numbers.
struct Printed {
  double value, error, error_of_error, tau_int;
  std::size_t window;
  double count;
};

// The correction of Gamma(0) is by C/N here, as in Wolff's own program, and by Gamma(0)/N there.
void expect_agreement(const Autocorrelation& ours, const Printed& theirs, double tolerance) {
  EXPECT_NEAR(ours.mean, theirs.value, tolerance * theirs.value);
  EXPECT_NEAR(ours.error, theirs.error, tolerance * theirs.error);
  EXPECT_NEAR(ours.error_of_error, theirs.error_of_error, tolerance * theirs.error_of_error);
  EXPECT_EQ(ours.window, theirs.window);
  const double n = theirs.count, w = static_cast<double>(theirs.window);
  const double corrected = theirs.tau_int * (1.0 + 1.0 / n), tau = corrected / (1.0 + (2.0 * w + 1.0) / n);
  EXPECT_NEAR(ours.tau_int, corrected / (1.0 + 2.0 * tau / n), tolerance * theirs.tau_int);
  EXPECT_NEAR(ours.tau_int_error, ours.tau_int * 2.0 * std::sqrt((w + 0.5 - ours.tau_int) / n), 1e-12);
  EXPECT_NEAR(ours.error, ours.naive_error * std::sqrt(2.0 * ours.tau_int), 1e-12 * ours.error);
  EXPECT_FALSE(ours.window_limited);
}

// Deviations from the mean of all replicas were given to pyerrors, which would take those from each one's own.
TEST(GammaMethod, AgreesWithPyerrors) {
  const Chains x = test::ar1_replicas(0.9, {3000, 5000, 777}, 1);
  expect_agreement(gamma_method(x), {0.0508902580443495, 0.0487370512291882, 0.00401277383387464, 10.3080024607037, 59, 8777}, 1e-10);
  expect_agreement(gamma_method(Replicas(x).first(1)),
                   {0.116852184831361, 0.074948508932199, 0.00943081389347523, 9.8233554841808, 47, 3000}, 1e-10);
  // Its gradients are exact; central differences of step h err by (h/B)^2.
  expect_agreement(gamma_method(numerator_and_denominator({3000, 5000, 777}, 1), ratio),
                   {0.692650710149355, 0.0121807991598066, 0.0007961930222938, 5.92175326529359, 37, 8777}, 1e-4);
  expect_agreement(gamma_method(numerator_and_denominator({3000}, 1), ratio),
                   {0.698082493232853, 0.0181833696717374, 0.00174092510340758, 4.96144429701604, 27, 3000}, 1e-4);
}

// The ratio's series is x (1/B - A/(2 B^2)) - y A/B^2 with A = 2, B = 3: error^2 = sum of coefficient^2 2 tau_int/N. Its pulls
// are allowed to 3 sigma, and so is the mean of 100 errors, of which each is known to 7 %.
TEST(GammaMethod, OfARatio) {
  const std::vector<std::size_t> lengths = {9000, 500, 3000};
  const double cx = 1.0 / 3.0 - 1.0 / 9.0, cy = 2.0 / 9.0;
  const double exact = std::sqrt(2.0 * (cx * cx * test::ar1_tau(0.9) + cy * cy * test::ar1_tau(0.6)) / 12500.0);
  test::Pulls p;
  double error = 0.0;
  for (std::uint64_t series = 0; series < 100; ++series) {
    const Autocorrelation g = gamma_method(numerator_and_denominator(lengths, 100 * (series + 1)), ratio);
    p.add((g.mean - 2.0 / 3.0) / g.error);
    error += g.error / 100.0;
  }
  EXPECT_NEAR(p.mean(), 0.0, 0.3);
  EXPECT_NEAR(p.rms(), 1.0, 0.21);
  EXPECT_NEAR(error, exact, 0.025 * exact);
}

// A linear function of one observable is that observable; a step lost to rounding is no slope.
TEST(GammaMethod, OfALinearFunction) {
  const std::vector<Chains> x = {test::ar1_replicas(0.8, {4000, 100}, 1), {std::vector<double>(4000, 7.0), std::vector<double>(100, 7.0)}};
  const auto linear = [](std::span<const double> means) { return 1.0 - 3.0 * means[0] + 2.0 * means[1]; };
  const Autocorrelation plain = gamma_method(x[0]), g = gamma_method(x, linear);
  EXPECT_DOUBLE_EQ(g.mean, 15.0 - 3.0 * plain.mean);
  EXPECT_NEAR(g.error, 3.0 * plain.error, 1e-12);
  EXPECT_NEAR(g.tau_int, plain.tau_int, 1e-11);
  EXPECT_EQ(g.window, plain.window);
  EXPECT_NEAR(g.replica_p_value, plain.replica_p_value, 1e-11);
}

// A shift by 10^6 and a factor change what they should, and empty replicas nothing.
TEST(GammaMethod, ShiftAndScale) {
  Chains x = test::ar1_replicas(0.8, {5000, 200}, 3);
  const Autocorrelation plain = gamma_method(x);
  for (auto& chain : x) {
    for (double& a : chain) a = 1e6 + 2.0 * a;
  }
  x.insert(x.begin(), std::vector<double>());
  const Autocorrelation moved = gamma_method(x);
  EXPECT_NEAR(moved.mean, 1e6 + 2.0 * plain.mean, 1e-9);
  EXPECT_NEAR(moved.error, 2.0 * plain.error, 1e-9);
  EXPECT_NEAR(moved.tau_int, plain.tau_int, 1e-8);
  EXPECT_NEAR(moved.replica_p_value, plain.replica_p_value, 1e-8);
  EXPECT_EQ(moved.window, plain.window);
}

TEST(GammaMethod, ConstantAndShortChains) {
  for (const Chains& constant : {Chains{std::vector<double>(1000, 0.1)}, {{0.1}, {0.1, 0.1}, {}}}) {
    const Autocorrelation g = gamma_method(constant);
    EXPECT_EQ(g.mean, 0.1);
    EXPECT_EQ(g.error, 0.0);
    EXPECT_EQ(g.naive_error, 0.0);
    EXPECT_EQ(g.tau_int, 0.5);
    EXPECT_EQ(g.replica_p_value, 1.0);
    EXPECT_FALSE(g.window_limited);
  }
  // One configuration a replica leaves no lag: the naive error, 1/sqrt(N) with N - 1 degrees of freedom to order 1/N^2.
  const Autocorrelation single = gamma_method(test::ar1_replicas(0.0, std::vector<std::size_t>(400, 1), 1));
  EXPECT_TRUE(single.window_limited);
  EXPECT_EQ(single.window, 0u);
  EXPECT_EQ(single.tau_int, 0.5);
  EXPECT_NEAR(single.error, 0.05, 0.006);
  const Autocorrelation two = gamma_method(Chains{{0.0, 2.0}});
  EXPECT_DOUBLE_EQ(two.error, std::sqrt(0.75));  // N = 2, Gamma(0) = 1, corrected 3/2
  EXPECT_TRUE(two.window_limited);
  // Replicas shorter than tau_int = 100: the window ends at half of the longest.
  const Autocorrelation drifting = gamma_method(test::ar1_replicas(0.99, std::vector<std::size_t>(20, 30), 1));
  EXPECT_TRUE(drifting.window_limited);
  EXPECT_EQ(drifting.window, 15u);
}

TEST(GammaMethod, Errors) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  for (const Chains& bad : {Chains{{1.0, nan, 2.0}}, {{nan, 1.0}}, {{1.0, 2.0}, {infinity}}, {{1.0}}, {{}, {}}, {}}) {
    EXPECT_EQ(test::caught([&] { gamma_method(bad); }).code, ExitCode::numerical);
  }
  const std::vector<Chains> unequal = {{{1.0, 2.0}, {3.0}}, {{1.0, 2.0}, {3.0, 4.0}}};
  EXPECT_EQ(test::caught([&] { gamma_method(unequal, ratio); }).code, ExitCode::bad_input);
  EXPECT_EQ(test::caught([&] { gamma_method({}, ratio); }).code, ExitCode::bad_input);
  const std::vector<Chains> x = {{{1.0, -1.0, 1.0, -1.0}}};
  const auto logarithm = [](std::span<const double> means) { return std::log(means[0]); };
  EXPECT_EQ(test::caught([&] { gamma_method(x, logarithm); }).code, ExitCode::numerical);
}

}  // namespace
}  // namespace scorefield
