#include "statistics/replicas.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "markov_series.h"
#include "test_support.h"

namespace scorefield {
namespace {

using Chains = std::vector<std::vector<double>>;

void expect_agreement(const Chains& chains, double r_hat, double ess) {
  const ReplicaAgreement ours = compare_replicas(chains);
  EXPECT_NEAR(ours.r_hat, r_hat, 1e-12);
  EXPECT_NEAR(ours.bulk_ess, ess, 1e-9 * ess);
}

// Of arviz 0.23, for chains of equal length: good ones, alternating ones (the second at the limit N log10(N) of the ESS), many equal
// numbers, and chains that disagree.
TEST(CompareReplicas, AgreesWithArviz) {
  Chains z = test::ar1_replicas(0.8, {1000, 1000, 1000}, 21);
  expect_agreement(z, 1.00488554634319, 334.63327969274);
  expect_agreement(test::ar1_replicas(-0.4, {1000, 1000, 1000}, 32), 0.9996531939046776, 7128.56348724453);
  expect_agreement(test::ar1_replicas(-0.7, {1000, 1000, 1000}, 21), 1.0012741928155202, 10431.363764158988);
  Chains rounded = z;
  for (auto& chain : rounded) {
    for (double& a : chain) a = std::round(a);
  }
  expect_agreement(rounded, 1.00512049455028, 353.327721761964);
  for (double& a : z[1]) a *= 2.0;
  for (double& a : z[2]) a += 0.5;
  expect_agreement(z, 1.0646287290782, 263.091105718608);
}

// Good chains of any lengths, 8406 configurations in the halves: R-hat is below 1.017 in 600 of them. ESS is N/(2 tau_int), known to 3 to 9
// % from one of them: over 600 its mean is 0.99 of that, 1.014 for a = -0.4. Here 40, to 3 sigma.
TEST(CompareReplicas, GoodChains) {
  for (const double a : {-0.4, 0.0, 0.5, 0.8}) {
    double ratio = 0.0;
    for (std::uint64_t series = 0; series < 40; ++series) {
      const ReplicaAgreement g = compare_replicas(test::ar1_replicas(a, {4000, 1001, 3000, 400, 7, 1}, 10 * (series + 1)));
      EXPECT_LT(g.r_hat, 1.02) << a;
      ratio += g.bulk_ess * 2.0 * test::ar1_tau(a) / 8406.0 / 40.0;
    }
    EXPECT_NEAR(ratio, 1.0, 0.05) << a;
  }
}

// A chain that lies elsewhere, one that is wider (which only the folded numbers show), and a single one that drifts.
TEST(CompareReplicas, ChainsThatDisagree) {
  const Chains good = test::ar1_replicas(0.5, {3000, 1000, 2000}, 1);
  EXPECT_LT(compare_replicas(good).r_hat, 1.01);
  Chains shifted = good, scaled = good, drifting = {good[0]};
  for (double& a : shifted[1]) a += 2.0;
  for (double& a : scaled[2]) a *= 3.0;
  for (std::size_t i = 0; i < drifting[0].size(); ++i) drifting[0][i] += 2.0 * static_cast<double>(i) / 3000.0;
  EXPECT_GT(compare_replicas(shifted).r_hat, 1.1);
  EXPECT_LT(compare_replicas(shifted).bulk_ess, 100.0);
  EXPECT_GT(compare_replicas(scaled).r_hat, 1.1);
  EXPECT_GT(compare_replicas(drifting).r_hat, 1.1);
}

// The equations for halves (1, 2, 3), (4, 5, 6), (7) and (8), put into numpy. The number in the middle of an odd chain counts nowhere.
TEST(CompareReplicas, UnequalLengths) {
  const ReplicaAgreement g = compare_replicas(Chains{{1, 2, 3, 100, 4, 5, 6}, {7, 8}});
  EXPECT_NEAR(g.r_hat, 2.5220697111405883, 1e-12);
  EXPECT_NEAR(g.bulk_ess, 8.0 / (1.0 + 2.0 * 0.842248567472806), 1e-12);
}

// Only the order of the numbers counts, and that of the chains does not.
TEST(CompareReplicas, RanksDecide) {
  const Chains x = test::ar1_replicas(0.5, {900, 600, 300}, 5);
  Chains y = {x[2], x[0], x[1]};
  const double ess = compare_replicas(x).bulk_ess;
  EXPECT_NEAR(compare_replicas(y).r_hat, compare_replicas(x).r_hat, 1e-12);
  EXPECT_NEAR(compare_replicas(y).bulk_ess, ess, 1e-9 * ess);
  for (auto& chain : y) {
    for (double& a : chain) a = std::exp(5.0 * a);
  }
  EXPECT_NEAR(compare_replicas(y).bulk_ess, ess, 1e-9 * ess);
}

TEST(CompareReplicas, ConstantChains) {
  const ReplicaAgreement same = compare_replicas(Chains{std::vector<double>(101, 0.1), std::vector<double>(31, 0.1)});
  EXPECT_EQ(same.r_hat, 1.0);
  EXPECT_EQ(same.bulk_ess, 130.0);
  const ReplicaAgreement different = compare_replicas(Chains{std::vector<double>(5000, 0.1), std::vector<double>(4000, 0.3)});
  EXPECT_EQ(different.r_hat, std::numeric_limits<double>::infinity());
  EXPECT_NEAR(different.bulk_ess, 2.0, 0.5);
}

TEST(CompareReplicas, Errors) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Chains& bad : {Chains{{1, 2, 3, nan, 5, 6}}, {{1, 2, 3, 4}, {nan}}, {{1, 2, 3}, {1, 2, 3}}, {{}}, {}}) {
    EXPECT_EQ(test::caught([&] { compare_replicas(bad); }).code, ExitCode::numerical);
  }
}

}  // namespace
}  // namespace scorefield
