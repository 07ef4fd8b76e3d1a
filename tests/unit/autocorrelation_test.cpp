#include "statistics/autocorrelation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "markov_series.h"
#include "test_support.h"

namespace scorefield {
namespace {

using Chains = std::vector<std::vector<double>>;

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
  EXPECT_FALSE(ours.window_limited);
}

// Deviations from the mean of all replicas were given to pyerrors, which would take those from each one's own.
TEST(GammaMethod, AgreesWithPyerrors) {
  const Chains x = test::ar1_replicas(0.9, {3000, 5000, 777}, 1);
  expect_agreement(gamma_method(x), {0.0508902580443495, 0.0487370512291882, 0.00401277383387464, 10.3080024607037, 59, 8777}, 1e-10);
  expect_agreement(gamma_method(Replicas(x).first(1)),
                   {0.116852184831361, 0.074948508932199, 0.00943081389347523, 9.8233554841808, 47, 3000}, 1e-10);
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
  EXPECT_EQ(moved.window, plain.window);
}

TEST(GammaMethod, ConstantAndShortChains) {
  for (const Chains& constant : {Chains{std::vector<double>(1000, 0.1)}, {{0.1}, {0.1, 0.1}, {}}}) {
    const Autocorrelation g = gamma_method(constant);
    EXPECT_EQ(g.mean, 0.1);
    EXPECT_EQ(g.error, 0.0);
    EXPECT_EQ(g.tau_int, 0.5);
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
}

}  // namespace
}  // namespace scorefield
