#include "lattice/hartley.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "denoiser/mode_orbits.h"
#include "lattice_support.h"

namespace scorefield {
namespace {

constexpr FieldShape kShapes[] = {{8, 8}, {5, 7}, {2, 6}, {32, 32}};

// The definition, by a plain double sum; h(0) = sqrt(V) M; the transform is its own inverse and keeps the sum of squares.
TEST(Hartley, IsOrthogonal) {
  for (const FieldShape shape : kShapes) {
    const std::vector<double> phi = test::some_normals(shape.sites(), 3);
    std::vector<double> h(phi.size()), back(phi.size());
    Hartley hartley = Hartley::orthogonal(shape);
    hartley.transform(phi, h);
    hartley.transform(h, back);
    const double root = std::sqrt(static_cast<double>(shape.sites()));
    double before = 0.0, after = 0.0, mean = 0.0;
    for (std::size_t i = 0; i < phi.size(); ++i) {
      EXPECT_NEAR(back[i], phi[i], 1e-13);
      before += phi[i] * phi[i];
      after += h[i] * h[i];
      mean += phi[i] / static_cast<double>(phi.size());
    }
    EXPECT_NEAR(after, before, 1e-11 * before);
    EXPECT_NEAR(h[0], root * mean, 1e-12);
    const std::size_t n_y = 1, n_x = shape.x - 1;
    double sum = 0.0;
    for (std::size_t y = 0; y < shape.y; ++y) {
      for (std::size_t x = 0; x < shape.x; ++x) {
        const double phase =
            2.0 * std::numbers::pi *
            (static_cast<double>(n_y * y) / static_cast<double>(shape.y) + static_cast<double>(n_x * x) / static_cast<double>(shape.x));
        sum += phi[y * shape.x + x] * (std::cos(phase) + std::sin(phase));
      }
    }
    EXPECT_NEAR(h[n_y * shape.x + n_x], sum / root, 1e-12);
  }
}

// Orbits have all modes once; k and its mirror images share one, and on a square lattice the exchange of axes does, too.
TEST(ModeOrbits, FollowTheLattice) {
  const ModeOrbits square({8, 8}), long_one({4, 8});
  EXPECT_EQ(square.count(), 15u);    // pairs of 0 .. 4
  EXPECT_EQ(long_one.count(), 15u);  // 0 .. 2 times 0 .. 4
  EXPECT_EQ(square.of(1 * 8 + 2), square.of(6 * 8 + 1));
  EXPECT_NE(long_one.of(1 * 8 + 2), long_one.of(2 * 8 + 1));
  EXPECT_EQ(long_one.of(1 * 8 + 2), long_one.of(3 * 8 + 6));
  const std::vector<double> values = test::some_normals(64, 5), means = square.averaged(values);
  double all = 0.0, averaged = 0.0;
  for (std::size_t k = 0; k < 64; ++k) {
    all += values[k];
    averaged += means[k];
  }
  EXPECT_NEAR(averaged, all, 1e-12);
  EXPECT_EQ(means[0], values[0]);
  EXPECT_NEAR(means[1], (values[1] + values[7] + values[8] + values[56]) / 4.0, 1e-14);
}

}  // namespace
}  // namespace scorefield
