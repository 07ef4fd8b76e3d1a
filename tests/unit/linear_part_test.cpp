#include "denoiser/linear_part.h"

#include <gtest/gtest.h>

#include <cmath>

#include "denoiser/features.h"
#include "lattice_support.h"

namespace scorefield {
namespace {

// What is planted is found: a slope for each orbit, and a function of the zero mode; noise that is independent of y averages out.
TEST(LinearPart, FindsSlopes) {
  constexpr FieldShape kShape{4, 4};
  const FieldReference reference{kShape, 0.0, std::vector<double>(16, 2.0), {{{0.5, 1.0, 0.7}, {0.5, 2.0, 0.3}}}};
  const ReferenceLevel level(reference, 0.9);
  const LinearPart part(reference);
  const ModeOrbits orbits(kShape);
  std::vector<double> sums(part.numbers(), 0.0), r(16);
  for (std::size_t i = 0; i < 2000; ++i) {
    const std::vector<double> y = test::some_normals(16, 300 + i), noise = test::some_normals(16, 9000 + i);
    for (std::size_t k = 0; k < 16; ++k) r[k] = 0.1 * static_cast<double>(orbits.of(k)) * y[k] + 0.01 * noise[k];
    const auto h = zero_functions(reference, level, y[0]);
    r[0] = 0.5 * h[0] - 0.2 * h[2];
    part.add(level, y, r, sums);
  }
  const LinearPart::Solution found = part.solve(sums);
  for (std::size_t k = 1; k < 16; ++k) EXPECT_NEAR(found.linear[k], 0.1 * static_cast<double>(orbits.of(k)), 2e-3) << k;
  EXPECT_EQ(found.linear[0], 0.0);
  for (const double z : {-1.5, 0.3, 1.0}) {
    const auto h = zero_functions(reference, level, z);
    double value = 0.0;
    for (std::size_t n = 0; n < kZeroFunctions; ++n) value += found.zero[n] * h[n];
    EXPECT_NEAR(value, 0.5 * h[0] - 0.2 * h[2], 1e-4) << z;
  }
}

}  // namespace
}  // namespace scorefield
