#include "diffusion/data_order.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

namespace scorefield {
namespace {

constexpr int kBits = 16;

/// The cell of a whitened number.
std::uint32_t cell_of(double xh) {
  const double share = 0.5 * std::erfc(-xh / std::numbers::sqrt2);
  return static_cast<std::uint32_t>(std::clamp(share * (1 << kBits), 0.0, (1 << kBits) - 1.0));
}

/// How far along the Hilbert curve a cell lies: from the largest quadrants down, each turned so that the curve stays whole.
std::uint32_t along_hilbert_curve(std::uint32_t x, std::uint32_t y) {
  std::uint32_t position = 0;
  for (std::uint32_t side = 1U << (kBits - 1); side > 0; side /= 2) {
    const std::uint32_t right = (x & side) != 0 ? 1 : 0, upper = (y & side) != 0 ? 1 : 0;
    position = 4 * position + ((3 * right) ^ upper);
    if (upper == 1) continue;
    if (right == 1) {
      x = ~x;
      y = ~y;
    }
    std::swap(x, y);
  }
  return position;
}

struct Placed {
  std::uint32_t position;
  double x, y;
};

}  // namespace

void order_for_picks(std::span<double> data, const PointReference& reference) {
  if (reference.components() == 1) {
    std::sort(data.begin(), data.end());
    return;
  }
  std::vector<Placed> points(data.size() / 2);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::span<const double> point = data.subspan(2 * i, 2);
    std::array<double, 2> whitened{};
    reference.whiten({0.0, 1.0, 0.0}, point, whitened);
    points[i] = {along_hilbert_curve(cell_of(whitened[0]), cell_of(whitened[1])), point[0], point[1]};
  }
  std::sort(points.begin(), points.end(), [](const Placed& a, const Placed& b) {
    if (a.position != b.position) return a.position < b.position;
    return a.x != b.x ? a.x < b.x : a.y < b.y;
  });
  for (std::size_t i = 0; i < points.size(); ++i) {
    data[2 * i] = points[i].x;
    data[2 * i + 1] = points[i].y;
  }
}

}  // namespace scorefield
