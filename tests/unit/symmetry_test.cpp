#include "lattice/symmetry.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "lattice_support.h"

namespace scorefield {
namespace {

/// sum_x phi_x phi_{x+y}, and phi_x phi_{x+x}.
std::array<double, 2> neighbours(const std::vector<double>& phi, FieldShape shape) {
  std::array<double, 2> sums{};
  for (std::size_t y = 0; y < shape.y; ++y) {
    for (std::size_t x = 0; x < shape.x; ++x) {
      sums[0] += phi[y * shape.x + x] * phi[(y + 1) % shape.y * shape.x + x];
      sums[1] += phi[y * shape.x + x] * phi[y * shape.x + (x + 1) % shape.x];
    }
  }
  return sums;
}

// Each keeps the sums over neighbours, those of the two axes changing places if it exchanges them; on 3 x 3 all 9 * 8 * 2 occur, each moves
// a field elsewhere, and on 3 x 4 half as many of 12 * 8 * 2.
TEST(Symmetry, KeepsNeighbours) {
  for (const FieldShape shape : {FieldShape{3, 3}, FieldShape{3, 4}}) {
    const std::size_t sites = shape.sites();
    const std::vector<double> phi = test::some_normals(sites, 77);
    const auto before = neighbours(phi, shape);
    std::set<std::vector<double>> images;
    std::vector<double> image(sites);
    for (int n = 0; n < 6000; ++n) {
      std::array<double, Symmetry::kUniforms> u{};
      for (std::size_t i = 0; i < u.size(); ++i) u[i] = std::fmod(0.5 + n * std::sqrt(2.0 + 3.0 * static_cast<double>(i)), 1.0);
      const Symmetry symmetry = some_symmetry(shape, u);
      apply(symmetry, shape, phi, image);
      const auto after = neighbours(image, shape);
      EXPECT_NEAR(after[symmetry.exchange ? 1 : 0], before[0], 1e-12);
      EXPECT_NEAR(after[symmetry.exchange ? 0 : 1], before[1], 1e-12);
      images.insert(image);
    }
    EXPECT_EQ(images.size(), shape.y == shape.x ? 144u : 96u);
  }
}

}  // namespace
}  // namespace scorefield
