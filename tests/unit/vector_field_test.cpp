#include "physics/vector_field.h"

#include <gtest/gtest.h>

namespace scorefield {
namespace {

// u = x (1 - x^2), v = -y: attractors at (+-1, 0), a saddle at 0, each once, though many starts lead there; of the field turned around
// repellers.
TEST(VectorField, FixedPoints) {
  for (const double sign : {1.0, -1.0}) {
    const VectorField field = [sign](double x, double y) { return std::array{sign * x * (1.0 - x * x), -sign * y}; };
    std::vector<double> start;
    for (int i = -10; i <= 10; ++i) {
      for (int j = -5; j <= 5; ++j) start.insert(start.end(), {0.2 * i, 0.2 * j});
    }
    const auto found = fixed_points(field, start, 0.01, 0.01);
    ASSERT_EQ(found.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(found[i].x, static_cast<double>(i) - 1.0, 1e-4);
      EXPECT_NEAR(found[i].y, 0.0, 1e-4);
      EXPECT_EQ(found[i].kind, i == 1 ? "saddle" : sign > 0.0 ? "attractor" : "repeller");
    }
  }
}

// A zero outside of the starts is not told, and a rotation about an attractor leaves it one.
TEST(VectorField, OutsideAndTurning) {
  const VectorField turning = [](double x, double y) { return std::array{-0.1 * (x - 3.0) - y, (x - 3.0) - 0.1 * y}; };
  const std::vector<double> around = {2.0, -1.0, 4.0, 1.0}, beside = {-1.0, -1.0, 1.0, 1.0};
  EXPECT_TRUE(fixed_points(turning, beside, 0.01, 0.01).empty());
  EXPECT_TRUE(fixed_points(turning, {}, 0.01, 0.01).empty());  // no point of a density that is nowhere known
  const auto found = fixed_points(turning, around, 0.01, 0.01);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, "attractor");
  EXPECT_NEAR(found[0].eigenvalues[0], -0.1, 1e-6);
}

}  // namespace
}  // namespace scorefield
