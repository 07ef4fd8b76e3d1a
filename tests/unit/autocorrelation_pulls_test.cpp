// Many independent series of known autocorrelations.
#include <gtest/gtest.h>

#include <cmath>

#include "markov_series.h"
#include "statistics/autocorrelation.h"

namespace scorefield {
namespace {

using Chains = std::vector<std::vector<double>>;

struct PullsOfBoth {
  test::Pulls mean, tau_int;
};
PullsOfBoth pulls(double a, const std::vector<std::size_t>& lengths) {
  PullsOfBoth result;
  for (std::uint64_t series = 0; series < 200; ++series) {
    const Autocorrelation g = gamma_method(test::ar1_replicas(a, lengths, 100 * (series + 1)));
    result.mean.add(g.mean / g.error);
    result.tau_int.add((g.tau_int - test::ar1_tau(a)) / g.tau_int_error);
    EXPECT_FALSE(g.window_limited);
  }
  return result;
}

// Of 200 series: the mean of unit normal pulls is 0 +- 0.07, their rms 1 +- 0.05, allowed to 3 sigma. The error of tau_int is proportional
// to it, so that low values pull more, and eq. (42) is a little too large: over 3000 series the mean is -0.02 to -0.11, the rms 0.90 to
// 0.95.
TEST(GammaMethod, PullsAreUnitNormal) {
  for (const double a : {0.0, 0.5, 0.9}) {
    for (const std::vector<std::size_t>& lengths : {std::vector<std::size_t>{15000}, {9000, 4000, 300, 25}}) {
      const PullsOfBoth p = pulls(a, lengths);
      EXPECT_NEAR(p.mean.mean(), 0.0, 0.21) << a;
      EXPECT_NEAR(p.mean.rms(), 1.0, 0.15) << a;
      EXPECT_NEAR(p.tau_int.mean(), -0.06, 0.26) << a;
      EXPECT_NEAR(p.tau_int.rms(), 0.92, 0.15) << a;
    }
  }
}

// rho(t) = (-a)^t: the window is that of the envelope. With Wolff's own, 1, tau_int of a = -0.5 is 0. One
// series knows tau_int to 5 to 11 %; the mean of 100 is allowed to 3 sigma.
TEST(GammaMethod, AlternatingChains) {
  for (const double a : {-0.3, -0.5, -0.7}) {
    test::Pulls mean;
    double tau = 0.0;
    for (std::uint64_t series = 0; series < 100; ++series) {
      const Autocorrelation g = gamma_method(test::ar1_replicas(a, {15000}, 100 * (series + 1)));
      mean.add(g.mean / g.error);
      tau += g.tau_int / 100.0;
      EXPECT_GT(g.window, 3u);
    }
    EXPECT_NEAR(tau, test::ar1_tau(a), 0.035 * test::ar1_tau(a)) << a;
    EXPECT_NEAR(mean.rms(), 1.0, 0.21) << a;
  }
  // Exactly (-1)^i: C is 0 or less, and the naive error stands, with a flag.
  std::vector<double> x(1000);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = i % 2 == 0 ? 1.0 : -1.0;
  const Autocorrelation g = gamma_method(Chains{x});
  EXPECT_TRUE(g.window_limited);
  EXPECT_GE(g.error, 0.99 / std::sqrt(1000.0));
}

}  // namespace
}  // namespace scorefield
