#include "base/exact_sum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

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

// Merged parts, and parts on different ranks, give the bits of one sum, whatever the parts.
TEST(ExactSum, MergeAndRanks) {
  const std::vector<double> x = wild_numbers(3001);
  const double whole = exact_sum(x);
  const Comm& comm = test::world();
  for (const std::int64_t cut : {0, 1, 1500, 3001}) {
    ExactSum left, right;
    left.add(std::span(x).first(static_cast<std::size_t>(cut)));
    right.add(std::span(x).subspan(static_cast<std::size_t>(cut)));
    left.merge(right);
    EXPECT_EQ(left.value(), whole);
    const Range mine = share(3001 - cut, comm.size(), comm.rank());
    ExactSum part;
    if (comm.is_root()) part.add(std::span(x).first(static_cast<std::size_t>(cut)));
    part.add(std::span(x).subspan(static_cast<std::size_t>(cut + mine.begin), static_cast<std::size_t>(mine.size())));
    part.all_reduce(comm);
    EXPECT_EQ(part.value(), whole);
  }
}

// A term that is not finite is an error, not a poisoned sum.
TEST(ExactSum, RefusesWhatIsNotFinite) {
  for (const double bad : {kInfinity, -kInfinity, std::numeric_limits<double>::quiet_NaN()}) {
    const auto error = test::caught([&] { exact_sum({1.0, bad}); });
    EXPECT_EQ(error.code, ExitCode::numerical);
  }
}

}  // namespace
}  // namespace scorefield
