#include "observables/equilibrium.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"

namespace scorefield {
namespace {

constexpr std::size_t kChains = 8;

/// Rows of two numbers, an observable and whether there is a stripe, as value(chain, n, normal) makes them.
template <class Value>
ChainSums chains_of(std::size_t length, const Value& value, const char* name = "A") {
  const auto place = [](std::size_t at) { return [at](std::span<const double> row) { return row[at]; }; };
  ChainSums sums(std::vector<std::size_t>(kChains, length), 2, {{name, place(0)}, {"striped", place(1)}});
  std::vector<double> normals(length);
  for (std::size_t chain = 0; chain < kChains; ++chain) {
    fill_normals({7, Stream::start, chain}, 0, normals);
    for (std::size_t n = 0; n < length; ++n) sums.add(chain, value(chain, n, normals[n]));
  }
  return sums;
}

using Row = std::vector<double>;

TEST(Equilibrium, IndependentConfigurationsAre) {
  const Equilibrium found = examine(chains_of(400, [](std::size_t, std::size_t, double x) { return Row{x, 0.0}; }));
  EXPECT_TRUE(found.warnings.empty()) << found.warnings.front();
  ASSERT_EQ(found.series.size(), 1u);  // stripes are no series of their own
  EXPECT_EQ(found.series[0].name, "A");
  EXPECT_NEAR(found.tau_int, 0.5, 0.1);
  EXPECT_EQ(found.striped, 0.0);
}

TEST(Equilibrium, ChainsThatDisagree) {
  const auto shifted = [](std::size_t chain, std::size_t, double x) { return Row{x + (chain == 3 ? 2.0 : 0.0), 0.0}; };
  const Equilibrium found = examine(chains_of(400, shifted));
  ASSERT_EQ(found.warnings.size(), 1u);
  EXPECT_EQ(found.warnings[0].rfind("chains do not agree on A: R-hat = 1.", 0), 0u) << found.warnings[0];
}

// Chains that have hardly moved: the autocorrelation time is not found, and no bin is long enough.
TEST(Equilibrium, ChainsThatAreTooShort) {
  double walk = 0.0;
  const auto slow = [&](std::size_t, std::size_t n, double x) {
    walk = n == 0 ? x : std::sqrt(1.0 - 1e-4) * walk + 1e-2 * x;  // tau_int = 10^4
    return Row{walk, 0.0};
  };
  const Equilibrium found = examine(chains_of(50, slow));
  EXPECT_FALSE(found.warnings.empty());
  EXPECT_TRUE(std::isinf(found.tau_int));
}

// A magnetisation of one sign in each chain, half of them negative: that is said, and not that chains disagree. One change of sign is
// enough.
TEST(Equilibrium, SignsThatNeverChange) {
  for (const bool changes : {false, true}) {
    const auto ordered = [&](std::size_t chain, std::size_t n, double x) {
      return Row{(chain % 2 == 0 || (changes && n == 7) ? 1.0 : -1.0) * (4.0 + 0.1 * x), 0.0};
    };
    const Equilibrium found = examine(chains_of(400, ordered, "M"));
    ASSERT_EQ(found.warnings.size(), 1u);
    const char* words = changes ? "chains do not agree on M: R-hat = " : "the sign of M never changes along a chain";
    EXPECT_EQ(found.warnings[0].rfind(words, 0), 0u) << found.warnings[0];
  }
}

// Each of two configurations: nothing tells whether they agree.
TEST(Equilibrium, ChainsWithoutHalves) {
  const Equilibrium found = examine(chains_of(2, [](std::size_t, std::size_t, double x) { return Row{x, x > 1.0 ? 1.0 : 0.0}; }));
  ASSERT_EQ(found.warnings.size(), 1u);
  EXPECT_EQ(found.warnings[0].rfind("no chain has four configurations", 0), 0u) << found.warnings[0];
}

// Stripes in some chains, in all of them, or now and then.
TEST(Equilibrium, Stripes) {
  const Equilibrium some = examine(chains_of(400, [](std::size_t chain, std::size_t, double x) { return Row{x, chain < 2 ? 1.0 : 0.0}; }));
  ASSERT_EQ(some.warnings.size(), 1u);
  EXPECT_EQ(some.warnings[0].rfind("2 of 8 chains are frozen with stripes", 0), 0u) << some.warnings[0];
  EXPECT_EQ(some.striped, 0.25);

  const Equilibrium all = examine(chains_of(400, [](std::size_t, std::size_t, double x) { return Row{x, 1.0}; }));
  ASSERT_EQ(all.warnings.size(), 1u);
  EXPECT_EQ(all.warnings[0].rfind("all configurations have stripes", 0), 0u) << all.warnings[0];

  for (const double often : {-1.0, 1.0}) {  // a sixth of the time, or for all but a sixth
    const Equilibrium rare = examine(chains_of(400, [&](std::size_t, std::size_t, double x) { return Row{x, x > -often ? 1.0 : 0.0}; }));
    EXPECT_TRUE(rare.warnings.empty()) << often << ": " << rare.warnings.front();
  }
}

}  // namespace
}  // namespace scorefield
