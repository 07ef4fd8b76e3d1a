#include "base/exact_sum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <utility>

#include "base/rng.h"
#include "test_support.h"

namespace scorefield {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kDenormal = std::numeric_limits<double>::denorm_min();

double exact_sum(const std::vector<double>& terms) {
  ExactSum sum;
  sum.add(terms);
  return sum.value();
}

/// Numbers of wildly different size (2^-150 .. 2^150) and both signs.
std::vector<double> wild_numbers(std::size_t count) {
  std::vector<double> x(count), exponent(count);
  fill_normals({3, Stream::prior, 0}, 0, x);
  fill_uniforms({3, Stream::prior, 1}, 0, exponent);
  for (std::size_t i = 0; i < count; ++i) x[i] = std::ldexp(x[i], static_cast<int>(300.0 * exponent[i]) - 150);
  return x;
}

// Cancellations that lose everything in floating point: the values of Python's math.fsum.
TEST(ExactSum, Cancellation) {
  EXPECT_EQ(exact_sum({}), 0.0);
  EXPECT_EQ(exact_sum({1e300, 1.0, -1e300}), 1.0);
  EXPECT_EQ(exact_sum({1e300, 1.0, -1e300, -1.0}), 0.0);
  EXPECT_EQ(exact_sum({1e308, 1e308, -1e308, -1e308, 1e-308}), 1e-308);  // over the largest double on the way
  EXPECT_EQ(exact_sum(std::vector<double>(10, 0.1)), 1.0);
  EXPECT_EQ(exact_sum({1e16, 1.0, 1e-16}), 10000000000000002.0);
  EXPECT_EQ(exact_sum({1.0, 1e100, 1.0, -1e100}), 2.0);
  EXPECT_EQ(exact_sum({-1e16, -1.0, -1e-16}), -10000000000000002.0);
}

// Denormal numbers count too, and what exceeds the largest double is infinite.
TEST(ExactSum, EndsOfTheRange) {
  EXPECT_EQ(exact_sum({kDenormal}), kDenormal);
  EXPECT_EQ(exact_sum({kDenormal, kDenormal, -3.0 * kDenormal}), -kDenormal);
  EXPECT_EQ(exact_sum({1.0, kDenormal, -1.0}), kDenormal);
  EXPECT_EQ(exact_sum({0x1p-1022, -kDenormal}), 0x1p-1022 - kDenormal);
  EXPECT_EQ(exact_sum({std::numeric_limits<double>::max()}), std::numeric_limits<double>::max());
  EXPECT_EQ(exact_sum({1e308, 1e308}), kInfinity);
  EXPECT_EQ(exact_sum({-1e308, -1e308}), -kInfinity);
}

// Half-way cases go to the even neighbour, and the least further term decides them.
TEST(ExactSum, RoundsToNearestEven) {
  EXPECT_EQ(exact_sum({1.0, 0x1p-53}), 1.0);
  EXPECT_EQ(exact_sum({1.0 + 0x1p-52, 0x1p-53}), 1.0 + 0x1p-51);
  EXPECT_EQ(exact_sum({1.0, 0x1p-53, kDenormal}), 1.0 + 0x1p-52);
  EXPECT_EQ(exact_sum({1.0 + 0x1p-52, 0x1p-53, -kDenormal}), 1.0 + 0x1p-52);
  EXPECT_EQ(exact_sum({-1.0, -0x1p-53}), -1.0);
  EXPECT_EQ(exact_sum({-1.0, -0x1p-53, -kDenormal}), -1.0 - 0x1p-52);
}

// Sums that __float128 holds exactly (all terms within 2^60 of each other), rounded by the compiler.
TEST(ExactSum, EqualsQuadruplePrecision) {
  std::vector<double> x(5000);
  for (std::uint64_t trial = 0; trial < 20; ++trial) {
    fill_normals({4, Stream::prior, trial}, 0, x);
    __float128 right = 0;
    for (double& value : x) {
      value = std::ldexp(std::nearbyint(value * 0x1p50), -50);
      right += value;
    }
    EXPECT_EQ(exact_sum(x), static_cast<double>(right));
  }
}

// The order of the terms does not matter; the naive sum of the same terms depends on it.
TEST(ExactSum, OrderDoesNotMatter) {
  std::vector<double> x = wild_numbers(2000);
  const double first = exact_sum(x);
  const double naive = std::accumulate(x.begin(), x.end(), 0.0);
  bool naive_differs = false;
  std::mt19937 shuffler(1);
  for (int trial = 0; trial < 20; ++trial) {
    std::shuffle(x.begin(), x.end(), shuffler);
    EXPECT_EQ(exact_sum(x), first);
    naive_differs = naive_differs || std::accumulate(x.begin(), x.end(), 0.0) != naive;
  }
  EXPECT_TRUE(naive_differs);
}

/// Random doubles with exponents of 2 in [low, high), signs at random.
std::vector<double> random_exponents(std::size_t count, int low, int high, std::uint64_t step) {
  std::vector<double> x(count), exponent(count);
  fill_uniforms({5, Stream::prior, 2 * step}, 0, x);
  fill_uniforms({5, Stream::prior, 2 * step + 1}, 0, exponent);
  for (std::size_t i = 0; i < count; ++i) {
    const double mantissa = x[i] < 0.5 ? -(0.5 + x[i]) : x[i];  // |.| in [0.5, 1) with all bits
    x[i] = std::ldexp(mantissa, low + 1 + static_cast<int>(std::floor((high - low) * exponent[i])));
  }
  return x;
}

/// What is left of a sum made in blocks when each term is taken off again by itself: 0 only if no bit was lost.
double blocks_less_terms(std::span<const double> terms) {
  ExactSum sum;
  sum.add(terms);
  for (const double term : terms) sum.add(-term);
  return sum.value();
}

// Sums in blocks are exact wherever the terms lie: within the reach of a block (2^48), at its edge, over the whole range, at its ends.
TEST(ExactSum, BlocksEqualTermByTerm) {
  const std::array<std::pair<int, int>, 14> ranges = {{{-1, 1},
                                                       {0, 45},
                                                       {0, 47},
                                                       {0, 48},
                                                       {0, 49},
                                                       {0, 50},
                                                       {0, 51},
                                                       {0, 52},
                                                       {0, 60},
                                                       {-1074, 1024},
                                                       {-1074, -1000},
                                                       {-1000, -880},
                                                       {-960, -850},
                                                       {990, 1024}}};
  std::uint64_t step = 0;
  for (const auto& [low, high] : ranges) {
    for (const std::size_t count : {1, 7, 1024, 1025, 5000}) {
      EXPECT_EQ(blocks_less_terms(random_exponents(count, low, high, step++)), 0.0) << low << " .. " << high << ", " << count;
    }
  }
  EXPECT_EQ(blocks_less_terms(std::vector<double>(5000, 2.0 - 0x1p-52)), 0.0) << "the largest of one sign";
  for (const int growth : {1, 2, 3, 40, -1, -40}) {  // blocks tried with the exponent of others
    std::vector<double> blocks;
    for (int k = 0; k < 20; ++k) blocks.insert(blocks.end(), 1024, std::ldexp(k % 3 == 0 ? 1.0 / 3.0 : -2.0 / 3.0, growth * k));
    EXPECT_EQ(blocks_less_terms(blocks), 0.0) << "blocks that grow by 2^" << growth;
  }
  std::vector<double> x = random_exponents(4096, 0, 20, step);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = i % 3 == 0 ? 0.0 : i % 3 == 1 ? -0.0 : x[i];
  EXPECT_EQ(blocks_less_terms(x), 0.0) << "zeros of both signs";
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = i % 2 == 0 ? 1e16 : -1e16 - 2.0 * static_cast<double>(i % 7);
  EXPECT_EQ(blocks_less_terms(x), 0.0) << "alternating signs";
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = i % 2 == 0 ? 1e16 : 1e-3 * static_cast<double>(i);
  EXPECT_EQ(blocks_less_terms(x), 0.0) << "large and tiny";
  EXPECT_EQ(exact_sum(std::vector<double>(4096, -kDenormal)), -4096.0 * kDenormal);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = (i % 2 == 0 ? 1.0 : -1.0) * std::numeric_limits<double>::max();
  x.push_back(1.0);
  EXPECT_EQ(exact_sum(x), 1.0);
  EXPECT_EQ(exact_sum(std::vector<double>(1024, std::numeric_limits<double>::max())), kInfinity);
}

// Every length up to three blocks, and a single far smaller term at any place, which a block cannot hold.
TEST(ExactSum, BlocksOfAnyLength) {
  std::vector<double> x = random_exponents(3000, -20, 20, 1000);
  for (std::size_t count = 0; count <= x.size(); ++count) ASSERT_EQ(blocks_less_terms(std::span(x).first(count)), 0.0) << count;
  for (std::size_t i = 0; i < 1100; ++i) {
    std::vector<double> lone(1100, 0.0);
    lone[i] = kDenormal;
    lone[(i + 1) % 1100] = 1.0;
    lone[(i + 2) % 1100] = -1.0;
    ASSERT_EQ(exact_sum(lone), kDenormal) << i;
  }
}

// Parts on different ranks give the bits of one sum, whatever the parts.
TEST(ExactSum, Ranks) {
  const std::vector<double> x = wild_numbers(3001);
  const double whole = exact_sum(x);
  const Comm& comm = test::world();
  for (const std::int64_t cut : {0, 1, 1500, 3001}) {
    const Range mine = share(3001 - cut, comm.size(), comm.rank());
    ExactSum part;
    if (comm.is_root()) part.add(std::span(x).first(static_cast<std::size_t>(cut)));
    part.add(std::span(x).subspan(static_cast<std::size_t>(cut + mine.begin), static_cast<std::size_t>(mine.size())));
    part.all_reduce(comm);
    EXPECT_EQ(part.value(), whole);
  }
}

// A term that is not finite is an error wherever it stands, not a poisoned sum.
TEST(ExactSum, RefusesWhatIsNotFinite) {
  for (const double bad : {kInfinity, -kInfinity, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_EQ(test::caught([&] { ExactSum().add(bad); }).code, ExitCode::numerical);
    std::vector<double> x(2100, 1.0);
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = bad;
      ASSERT_EQ(test::caught([&] { exact_sum(x); }).code, ExitCode::numerical) << bad << " at " << i;
      x[i] = 1.0;
    }
  }
}

}  // namespace
}  // namespace scorefield
