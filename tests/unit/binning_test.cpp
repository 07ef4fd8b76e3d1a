#include "statistics/binning.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "markov_series.h"
#include "statistics/autocorrelation.h"
#include "statistics/cumulants.h"
#include "test_support.h"

namespace scorefield {
namespace {

TEST(BinSize, FiveTimesTwoTauRoundedUp) {
  EXPECT_EQ(bin_size(0.0), 5u);
  EXPECT_EQ(bin_size(0.5), 5u);
  EXPECT_EQ(bin_size(0.51), 10u);
  EXPECT_EQ(bin_size(4.5), 45u);
  EXPECT_GE(bin_size(std::numeric_limits<double>::infinity()), std::size_t{1} << 50);
  EXPECT_EQ(test::caught([] { bin_size(std::numeric_limits<double>::quiet_NaN()); }).code, ExitCode::numerical);
}

// Every configuration in one bin, in order; sizes within one of each other in a replica, and between size and 2 size - 1.
TEST(CutIntoBins, LosesNothing) {
  const std::vector<std::size_t> lengths = {1000, 0, 99, 10, 9, 1, 19, 20, 12345};
  for (const std::size_t size : {1, 2, 7, 10, 100, 5000}) {
    const Bins result = cut_into_bins(lengths, size);
    std::size_t b = 0;
    for (std::size_t r = 0; r < lengths.size(); ++r) {
      std::size_t next = 0, smallest = lengths[r], largest = 0;
      for (; b < result.bins.size() && result.bins[b].replica == r; ++b) {
        EXPECT_EQ(result.bins[b].begin, next);
        next = result.bins[b].end;
        smallest = std::min(smallest, next - result.bins[b].begin);
        largest = std::max(largest, next - result.bins[b].begin);
      }
      EXPECT_EQ(next, lengths[r]);
      EXPECT_LE(largest, smallest + 1);
      EXPECT_GE(smallest, std::min(size, lengths[r]));
      EXPECT_LT(largest, std::max<std::size_t>(2 * size, 2));
    }
    EXPECT_EQ(b, result.bins.size());
  }
}

TEST(CutIntoBins, TellsWhenTheyAreTooFew) {
  EXPECT_FALSE(cut_into_bins(std::vector<std::size_t>{80, 80}, 10).too_few);
  EXPECT_TRUE(cut_into_bins(std::vector<std::size_t>{80, 79}, 10).too_few);
  EXPECT_FALSE(cut_into_bins(std::vector<std::size_t>(16, 3), 10).too_few);
  EXPECT_TRUE(cut_into_bins({}, 10).too_few);
}

const DerivedFunction kVariance = [](std::span<const double> m) { return std::vector<double>{m[0], m[1] - m[0] * m[0]}; };

/// Jackknife of <x> and <x^2> - <x>^2.
Estimate binned_jackknife(const std::vector<std::vector<double>>& replicas, const Bins& cut) {
  std::vector<double> sums, counts;
  for (const Bin& bin : cut.bins) {
    double x = 0.0, squares = 0.0;
    for (std::size_t i = bin.begin; i < bin.end; ++i) {
      x += replicas[bin.replica][i];
      squares += replicas[bin.replica][i] * replicas[bin.replica][i];
    }
    sums.insert(sums.end(), {x, squares});
    counts.push_back(static_cast<double>(bin.end - bin.begin));
  }
  return jackknife(sums, counts, kVariance);
}

// One series: errors of a mean and of a variance by bins and by the Gamma method, that of a variance from the series of squared deviations,
// agree within 3 times their own errors and the bias of 5 %.
TEST(CutIntoBins, JackknifeGivesTheErrorOfTheGammaMethod) {
  const std::vector<std::size_t> lengths = {30000, 9000, 14000, 70};
  const std::vector<std::vector<double>> x = test::ar1_replicas(0.8, lengths, 7);
  const Autocorrelation of_mean = gamma_method(x);
  std::vector<std::vector<double>> squares = x;
  for (auto& chain : squares) {
    for (double& a : chain) a = (a - of_mean.mean) * (a - of_mean.mean);
  }
  const Autocorrelation gamma[2] = {of_mean, gamma_method(squares)};
  const Bins cut = cut_into_bins(lengths, bin_size(of_mean.tau_int));
  const Estimate binned = binned_jackknife(x, cut);
  for (std::size_t q = 0; q < 2; ++q) {
    const double own = binned.error[q] / std::sqrt(2.0 * (static_cast<double>(cut.bins.size()) - 1.0));
    EXPECT_NEAR(binned.value[q], gamma[q].mean, 1e-12);
    EXPECT_NEAR(binned.error[q], gamma[q].error, 3.0 * std::hypot(own, gamma[q].error_of_error) + 0.05 * gamma[q].error);
  }
}

// The bias: with bins of exactly 10 tau_int, error_B^2 of a mean is (1 - (tau_int - 1/(4 tau_int))/B) error^2, 5 % less for the error. 400
// series of 101 bins know the mean of error_B^2 to 0.7 %.
TEST(CutIntoBins, BiasOfTheErrorIsFivePercent) {
  const double a = 0.8, tau = test::ar1_tau(a);
  const std::vector<std::size_t> lengths = {2700, 1845};
  const Bins cut = cut_into_bins(lengths, 45);
  EXPECT_EQ(cut.bins.size(), 101u);
  double ratio = 0.0;
  for (std::uint64_t series = 0; series < 400; ++series) {
    const Estimate binned = binned_jackknife(test::ar1_replicas(a, lengths, 10 * (series + 1)), cut);
    ratio += binned.covariance[0] / (2.0 * tau / 4545.0) / 400.0;
  }
  EXPECT_NEAR(ratio, 1.0 - (tau - 0.25 / tau) / 45.0, 0.021);
}

}  // namespace
}  // namespace scorefield
