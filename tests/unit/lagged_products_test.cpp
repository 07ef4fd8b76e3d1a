#include "statistics/lagged_products.h"

#include <gtest/gtest.h>

#include "markov_series.h"

namespace scorefield {
namespace {

double by_definition(Replicas chains, std::size_t lag) {
  double sum = 0.0;
  for (const auto& d : chains) {
    for (std::size_t i = 0; i + lag < d.size(); ++i) sum += d[i] * d[i + lag];
  }
  return sum;
}

// Chains of all lengths around the 32 lags and 4096 products that are taken at once; every lag up to the longest, and the first ones again
// after transforms gave the others.
TEST(LaggedProducts, AreTheirDefinition) {
  const auto chains = test::ar1_replicas(0.7, {0, 1, 2, 31, 32, 33, 64, 100, 4095, 4127, 4128, 4200}, 1);
  LaggedProducts products(chains);
  EXPECT_EQ(products.longest(), 4200u);
  for (std::size_t lag = 0; lag < 4202; lag += lag < 130 ? 1 : 37) {
    EXPECT_NEAR(products.sum(lag), by_definition(chains, lag), 1e-9) << lag;
  }
  for (const std::size_t lag : {0, 1, 31, 32, 2047}) EXPECT_NEAR(products.sum(lag), by_definition(chains, lag), 1e-9) << lag;
  EXPECT_EQ(products.sum(4200), 0.0);
  EXPECT_EQ(products.sum(1000000), 0.0);
}

// Transforms of pieces: two a chain, of 49152 numbers, up to lag 16384, and of whole chains from there on.
TEST(LaggedProducts, OfLongChains) {
  const auto chains = test::ar1_replicas(0.9, {60000, 50000}, 1);
  LaggedProducts products(chains);
  for (const std::size_t lag : {0, 2047, 2048, 10000, 16383}) EXPECT_NEAR(products.sum(lag), by_definition(chains, lag), 1e-8) << lag;
  for (const std::size_t lag : {16384, 49152, 59999}) EXPECT_NEAR(products.sum(lag), by_definition(chains, lag), 1e-8) << lag;
}

TEST(LaggedProducts, Pairs) {
  const std::vector<std::vector<double>> chains = {std::vector<double>(5), {}, std::vector<double>(2)};
  const LaggedProducts products(chains);
  EXPECT_EQ(products.pairs(0), 7.0);
  EXPECT_EQ(products.pairs(1), 5.0);
  EXPECT_EQ(products.pairs(2), 3.0);
  EXPECT_EQ(products.pairs(5), 0.0);
}

}  // namespace
}  // namespace scorefield
