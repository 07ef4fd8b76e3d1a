#include "observables/lattice_observer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <thread>

#include "plain_lattice.h"
#include "test_support.h"

namespace scorefield {
namespace {

using test::average;
using test::PlainField;

std::vector<double> observe(const PlainField& field) {
  LatticeObserver observer(field.extents);
  std::vector<double> scalars(observer.count(), std::nan(""));
  observer.observe(field.values, scalars);
  return scalars;
}

/// A field from what(y, x).
template <class Function>
PlainField make_field(const FieldShape& extents, Function what) {
  PlainField field{extents, {}};
  for (std::size_t y = 0; y < extents.y; ++y) {
    for (std::size_t x = 0; x < extents.x; ++x) field.values.push_back(what(y, x));
  }
  return field;
}

TEST(LatticeObserver, MomentsAndBondsOfRandomFields) {
  for (const FieldShape& e : test::kExtents) {
    const PlainField f = test::random_field(e, 1 + e.x, 0.3);
    const std::vector<double> s = observe(f);
    const double m = average(e, f);
    for (int n = 1; n <= kMaxOrder; ++n) {
      EXPECT_NEAR(s[scalar::magnetisation + n - 1], std::pow(m, n), 1e-14);
      EXPECT_NEAR(s[scalar::site_moment + n - 1], average(e, [&](auto y, auto x) { return std::pow(f(y, x), n); }), 1e-11);
    }
    EXPECT_NEAR(s[scalar::abs_magnetisation], std::abs(m), 1e-15);
    EXPECT_NEAR(s[scalar::hop_x], average(e, [&](auto y, auto x) { return f(y, x) * f(y, x + 1); }), 1e-14);
    EXPECT_NEAR(s[scalar::hop_y], average(e, [&](auto y, auto x) { return f(y, x) * f(y + 1, x); }), 1e-14);
    EXPECT_NEAR(s[scalar::walls_x], average(e, [&](auto y, auto x) { return f(y, x) * f(y, x + 1) < 0.0; }), 1e-15);
    EXPECT_NEAR(s[scalar::walls_y], average(e, [&](auto y, auto x) { return f(y, x) * f(y + 1, x) < 0.0; }), 1e-15);
    EXPECT_EQ(observe(make_field(e, [&](auto y, auto x) { return -f(y, x); }))[scalar::abs_magnetisation], s[scalar::abs_magnetisation]);
  }
}

// Sum over the bonds of the action as it is written, site by site.
TEST(LatticeObserver, ActionDensity) {
  const double kappa = 0.27, lambda = 0.022;
  for (const FieldShape& e : test::kExtents) {
    const PlainField f = test::random_field(e, 2);
    const double action = average(e, [&](auto y, auto x) {
      const double square = f(y, x) * f(y, x);
      return -2 * kappa * f(y, x) * (f(y, x + 1) + f(y + 1, x)) + (1 - 2 * lambda) * square + lambda * square * square;
    });
    EXPECT_NEAR(action_density(observe(f), kappa, lambda), action, 1e-13);
  }
}

TEST(LatticeObserver, SlicesOfRandomFields) {
  for (const FieldShape& e : test::kExtents) {
    const PlainField f = test::random_field(e, 3);
    const std::vector<double> s = observe(f);
    std::vector<double> along_y(e.y), along_x(e.x);
    for (std::size_t y = 0; y < e.y; ++y) {
      for (std::size_t x = 0; x < e.x; ++x) {
        along_y[y] += f(y, x) / static_cast<double>(e.x);
        along_x[x] += f(y, x) / static_cast<double>(e.y);
      }
    }
    EXPECT_NEAR(s[scalar::largest_slice_y], *std::max_element(along_y.begin(), along_y.end()), 1e-14);
    EXPECT_NEAR(s[scalar::smallest_slice_y], *std::min_element(along_y.begin(), along_y.end()), 1e-14);
    EXPECT_NEAR(s[scalar::largest_slice_x], *std::max_element(along_x.begin(), along_x.end()), 1e-14);
    EXPECT_NEAR(s[scalar::smallest_slice_x], *std::min_element(along_x.begin(), along_x.end()), 1e-14);
  }
}

/// What is expected of a made-up configuration.
struct Made {
  const char* name;
  double (*value)(std::size_t y, std::size_t x);
  double striped;
  double walls_y;
  double walls_x;
};

// On 12 rows of 16 sites. Stripes: one of half the volume, where m(y), or m(x), has both signs; one of a single row. The weak and
// the stronger one have slices of +-0.45 and +-0.55 of the r.m.s. field on a checkerboard; a field of a single sign is no stripe.
TEST(LatticeObserver, StripesAndWallsOfMadeUpFields) {
  const Made all[] = {
      {"uniform", [](std::size_t, std::size_t) { return -0.7; }, 0, 0, 0},
      {"zero", [](std::size_t, std::size_t) { return 0.0; }, 0, 0, 0},
      {"rows", [](std::size_t y, std::size_t) { return y < 6 ? 1.5 : -1.5; }, 1, 2.0 / 12, 0},
      {"one row", [](std::size_t y, std::size_t) { return y == 11 ? -0.9 : 0.9; }, 1, 2.0 / 12, 0},
      {"columns", [](std::size_t, std::size_t x) { return x >= 3 && x < 11 ? 0.1 : -0.1; }, 1, 0, 2.0 / 16},
      {"checkerboard", [](std::size_t y, std::size_t x) { return (y + x) % 2 ? 2.0 : -2.0; }, 0, 1, 1},
      {"one sign", [](std::size_t y, std::size_t) { return y < 6 ? 1.5 : 0.0; }, 0, 0, 0},
      {"weak columns",
       [](std::size_t y, std::size_t x) { return ((y + x) % 2 ? 1.0 : -1.0) * std::sqrt(1 - 0.45 * 0.45) + (x < 8 ? 0.45 : -0.45); }, 0, 1,
       1},
      {"stronger columns",
       [](std::size_t y, std::size_t x) { return ((y + x) % 2 ? 1.0 : -1.0) * std::sqrt(1 - 0.55 * 0.55) + (x < 8 ? 0.55 : -0.55); }, 1, 1,
       1},
  };
  for (const Made& made : all) {
    const std::vector<double> s = observe(make_field({12, 16}, made.value));
    EXPECT_EQ(s[scalar::striped], made.striped) << made.name;
    EXPECT_DOUBLE_EQ(s[scalar::walls_y], made.walls_y) << made.name;
    EXPECT_DOUBLE_EQ(s[scalar::walls_x], made.walls_x) << made.name;
  }
  const std::vector<double> random = observe(test::random_field({32, 32}, 4));
  EXPECT_EQ(random[scalar::striped], 0.0);
  EXPECT_NEAR(random[scalar::walls_x], 0.5, 4 * 0.5 / 32);
}

// The same bits wherever the field lies, from an observer that has seen others, and from many threads at once.
TEST(LatticeObserver, GivesTheSameBits) {
  const FieldShape e{13, 27};
  const PlainField f = test::random_field(e, 5);
  const auto expected = test::bits(observe(f));
  LatticeObserver observer(e);
  std::vector<double> scalars(observer.count()), moved(e.sites() + kOctet);
  observer.observe(test::random_field(e, 6).values, scalars);
  for (std::size_t offset = 0; offset < kOctet; ++offset) {
    std::copy(f.values.begin(), f.values.end(), moved.begin() + static_cast<std::ptrdiff_t>(offset));
    observer.observe(std::span(moved).subspan(offset, e.sites()), scalars);
    EXPECT_EQ(test::bits(scalars), expected);
  }
  std::vector<std::vector<double>> results(4);
  std::vector<std::thread> threads;
  for (auto& result : results) threads.emplace_back([&] { result = observe(f); });
  for (auto& thread : threads) thread.join();
  for (const auto& result : results) EXPECT_EQ(test::bits(result), expected);
}

TEST(LatticeObserver, NamesAndExtents) {
  const LatticeObserver observer({32, 9});
  EXPECT_EQ(four_point_sides({32, 9}), (std::vector<std::size_t>{1, 2, 4}));
  EXPECT_EQ(four_point_sides({2, 40}), (std::vector<std::size_t>{1}));
  EXPECT_EQ(four_point_sides({64, 32}), (std::vector<std::size_t>{1, 2, 4, 8, 16}));
  EXPECT_EQ(observer.count(), scalar::four_points + 3 * std::size_t{four_point::count});
  const auto names = observer.names();
  ASSERT_EQ(names.size(), observer.count());
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
  EXPECT_EQ(names[scalar::magnetisation + 3], "M4");
  EXPECT_EQ(names[scalar::site_moment + 1], "phi2");
  EXPECT_EQ(names[scalar::walls_y], "walls_y");
  EXPECT_EQ(names[scalar::striped], "striped");
  EXPECT_EQ(names[scalar::four_points + std::size_t{four_point::count} + four_point::mixed_31_y], "mixed_31_y_r2");
  EXPECT_EQ(test::caught([] { LatticeObserver({1, 8}); }).code, ExitCode::bad_input);
}

}  // namespace
}  // namespace scorefield
