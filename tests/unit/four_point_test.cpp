#include "observables/four_point.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "observables/lattice_observer.h"
#include "plain_lattice.h"

namespace scorefield {
namespace {

using namespace four_point;
using test::average;
using test::PlainField;

/// All averages at one side, site by site; mixed ones of both orders.
FourPointAverages plain_averages(const PlainField& f, std::size_t r) {
  const auto& e = f.extents;
  const auto of = [&](int n1, int n2, int n3, int n4) {
    return average(e, [&](auto y, auto x) {
      return std::pow(f(y, x), n1) * std::pow(f(y, x + r), n2) * std::pow(f(y + r, x), n3) * std::pow(f(y + r, x + r), n4);
    });
  };
  return {of(1, 1, 0, 0),
          of(1, 0, 1, 0),
          of(1, 0, 0, 1),
          of(0, 1, 1, 0),
          of(1, 1, 1, 0),
          of(1, 1, 0, 1),
          of(1, 0, 1, 1),
          of(0, 1, 1, 1),
          of(1, 1, 1, 1),
          (of(2, 1, 0, 0) + of(1, 2, 0, 0)) / 2,
          (of(2, 0, 1, 0) + of(1, 0, 2, 0)) / 2,
          of(2, 2, 0, 0),
          of(2, 0, 2, 0),
          (of(3, 1, 0, 0) + of(1, 3, 0, 0)) / 2,
          (of(3, 0, 1, 0) + of(1, 0, 3, 0)) / 2};
}

TEST(FourPoint, AveragesOfRandomFields) {
  for (const FieldShape& e : test::kExtents) {
    const PlainField f = test::random_field(e, 7 + e.y, 0.2);
    LatticeObserver observer(e);
    std::vector<double> scalars(observer.count());
    observer.observe(f.values, scalars);
    const std::vector<std::size_t> sides = four_point_sides(e);
    for (std::size_t i = 0; i < sides.size(); ++i) {
      const FourPointAverages expected = plain_averages(f, sides[i]);
      for (std::size_t q = 0; q < count; ++q) {
        EXPECT_NEAR(scalars[scalar::four_points + i * count + q], expected[q], 1e-13) << four_point_names(sides[i])[q];
      }
    }
  }
}

/// sum over partitions of {0, 1, 2, 3} of (-1)^{b-1} (b-1)! times the product of the moments of its b blocks.
double partition_sum(const std::array<double, 16>& moments) {
  double sum = 0.0;
  std::vector<unsigned> blocks;
  const std::function<void(unsigned)> place = [&](unsigned variable) {
    if (variable == 4) {
      double term = 1.0;
      for (std::size_t b = 0; b < blocks.size(); ++b) term *= moments[blocks[b]] * (b == 0 ? 1.0 : -static_cast<double>(b));
      sum += term;
      return;
    }
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      blocks[b] |= 1u << variable;
      place(variable + 1);
      blocks[b] &= ~(1u << variable);
    }
    blocks.push_back(1u << variable);
    place(variable + 1);
    blocks.pop_back();
  };
  place(0);
  return sum;
}

/// Moments of the products over all subsets, averaged over `rows` of four numbers.
std::array<double, 16> subset_moments(const std::vector<std::array<double, 4>>& rows) {
  std::array<double, 16> moments{};
  for (const auto& row : rows) {
    for (unsigned subset = 0; subset < 16; ++subset) {
      double product = 1.0;
      for (unsigned i = 0; i < 4; ++i) product *= (subset >> i & 1) ? row[i] : 1.0;
      moments[subset] += product / static_cast<double>(rows.size());
    }
  }
  return moments;
}

TEST(FourPoint, JointCumulantIsThePartitionSum) {
  std::array<double, 16> m{};
  fill_normals({8, Stream::prior, 0}, 0, m);
  m[0] = 1.0;
  EXPECT_NEAR(joint_cumulant(m), partition_sum(m), 1e-13);
  std::vector<std::array<double, 4>> rows(5), shifted(5), together(5);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    fill_normals({9, Stream::prior, i}, 0, rows[i]);
    for (std::size_t j = 0; j < 4; ++j) shifted[i][j] = rows[i][j] + 0.5 + static_cast<double>(j);
    together[i].fill(rows[i][0]);
  }
  EXPECT_NEAR(joint_cumulant(subset_moments(shifted)), joint_cumulant(subset_moments(rows)), 1e-12);
  const auto same = subset_moments(together);  // kappa_4 of one variable
  const double m1 = same[1], m2 = same[3], m3 = same[7], m4 = same[15];
  EXPECT_NEAR(joint_cumulant(same), m4 - 4 * m1 * m3 - 3 * m2 * m2 + 12 * m1 * m1 * m2 - 6 * std::pow(m1, 4), 1e-13);
}

// Zero for Gaussian variables of any mean and covariance (moments by Wick's theorem for x = mean + g), and for two independent pairs.
TEST(FourPoint, JointCumulantVanishes) {
  const double mean[4] = {0.3, -0.7, 1.1, 0.4};
  const double c[4][4] = {{1.0, 0.3, -0.2, 0.5}, {0.3, 2.0, 0.7, 0.1}, {-0.2, 0.7, 1.5, 0.6}, {0.5, 0.1, 0.6, 0.9}};
  const std::function<double(unsigned)> gaussian = [&](unsigned subset) {
    if (subset == 0) return 1.0;
    const auto i = static_cast<unsigned>(std::countr_zero(subset));
    const unsigned rest = subset & ~(1u << i);
    double moment = mean[i] * gaussian(rest);
    for (unsigned j = 0; j < 4; ++j) {
      if (rest >> j & 1) moment += c[i][j] * gaussian(rest & ~(1u << j));
    }
    return moment;
  };
  std::array<double, 16> moments{}, pairs{};
  for (unsigned subset = 0; subset < 16; ++subset) moments[subset] = gaussian(subset);
  EXPECT_NEAR(joint_cumulant(moments), 0.0, 1e-14);
  const double one[4] = {1.0, 0.4, -0.6, 2.3}, other[4] = {1.0, 0.8, 0.9, 3.1};
  for (unsigned subset = 0; subset < 16; ++subset) pairs[subset] = one[subset & 3] * other[subset >> 2];
  EXPECT_NEAR(joint_cumulant(pairs), 0.0, 1e-14);
}

std::array<double, 5> connected(const std::vector<PlainField>& ensemble, double shift, std::size_t side) {
  const FieldShape e = ensemble.front().extents;
  LatticeObserver observer(e);
  std::vector<double> scalars(observer.count()), means(observer.count());
  for (PlainField field : ensemble) {
    for (double& value : field.values) value += shift;
    observer.observe(field.values, scalars);
    for (std::size_t q = 0; q < means.size(); ++q) means[q] += scalars[q] / static_cast<double>(ensemble.size());
  }
  Orders site{};
  std::copy_n(means.begin() + scalar::site_moment, kMaxOrder, site.begin());
  const auto k = connected_four_point(site, std::span<const double>(means).subspan(scalar::four_points + side * count, count));
  return {k.square, k.two_two_x, k.two_two_y, k.three_one_x, k.three_one_y};
}

// A constant added to all fields changes no connected part; they are not trivially small, and those of independent fields
// are their own cumulants by the partition sum.
TEST(FourPoint, ConnectedPartsAreInvariantUnderShifts) {
  std::vector<PlainField> ensemble;
  for (std::uint64_t seed = 0; seed < 3; ++seed) ensemble.push_back(test::random_field({7, 6}, 20 + seed, 0.4));
  for (std::size_t side = 0; side < 2; ++side) {
    const auto plain = connected(ensemble, 0.0, side), shifted = connected(ensemble, 1.7, side);
    for (std::size_t i = 0; i < plain.size(); ++i) {
      EXPECT_NEAR(shifted[i], plain[i], 1e-12);
      EXPECT_GT(std::abs(plain[i]), 1e-3);
    }
  }
}

// Against joint cumulants whose subsets are averaged over all translations, and over both orders for two sites.
TEST(FourPoint, ConnectedPartsOfAField) {
  const PlainField f = test::random_field({7, 6}, 30, 0.4);
  const std::size_t r = 2;
  using Site = std::pair<std::size_t, std::size_t>;
  const auto cumulant = [&](const std::array<Site, 4>& sites) {
    std::vector<std::array<double, 4>> rows;
    for (std::size_t y = 0; y < 7; ++y) {
      for (std::size_t x = 0; x < 6; ++x) {
        auto& row = rows.emplace_back();
        for (std::size_t i = 0; i < 4; ++i) row[i] = f(y + sites[i].first, x + sites[i].second);
      }
    }
    return partition_sum(subset_moments(rows));
  };
  const Site o{0, 0}, x{0, r}, y{r, 0}, d{r, r};
  const auto k = connected({f}, 0.0, 1);
  EXPECT_NEAR(k[0], cumulant({o, x, y, d}), 1e-13);
  EXPECT_NEAR(k[1], cumulant({o, o, x, x}), 1e-13);
  EXPECT_NEAR(k[2], cumulant({o, o, y, y}), 1e-13);
  EXPECT_NEAR(k[3], (cumulant({o, o, o, x}) + cumulant({o, x, x, x})) / 2, 1e-13);
  EXPECT_NEAR(k[4], (cumulant({o, o, o, y}) + cumulant({o, y, y, y})) / 2, 1e-13);
}

}  // namespace
}  // namespace scorefield
