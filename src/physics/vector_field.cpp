#include "physics/vector_field.h"

#include <algorithm>
#include <cmath>
#include <complex>

namespace scorefield {
namespace {

constexpr int kNewtonSteps = 50;
constexpr double kSmall = 1e-3;  // of a step of differences, at which Newton's method has arrived
constexpr double kApart = 10.0;  // steps between two zeros

std::array<double, 2> real_eigenvalues(const std::array<double, 4>& j) {
  const double half = 0.5 * (j[0] + j[3]);
  const std::complex<double> root = std::sqrt(std::complex<double>(half * half - (j[0] * j[3] - j[1] * j[2])));
  return {half + root.real(), half - root.real()};
}

std::string kind_of(const std::array<double, 2>& eigenvalues) {
  if (eigenvalues[0] < 0.0 && eigenvalues[1] < 0.0) return "attractor";
  return eigenvalues[0] > 0.0 && eigenvalues[1] > 0.0 ? "repeller" : "saddle";
}

/// Moves (x, y) to a zero; false if there is none near.
bool newton(const VectorField& field, double& x, double& y, double step_x, double step_y, double far) {
  const double from_x = x, from_y = y;
  for (int n = 0; n < kNewtonSteps; ++n) {
    const auto value = field(x, y);
    const auto j = jacobian(field, x, y, step_x, step_y);
    const double determinant = j[0] * j[3] - j[1] * j[2];
    const double dx = -(j[3] * value[0] - j[1] * value[1]) / determinant, dy = -(j[0] * value[1] - j[2] * value[0]) / determinant;
    if (!std::isfinite(dx) || !std::isfinite(dy)) return false;
    x += dx;
    y += dy;
    if (std::hypot((x - from_x) / step_x, (y - from_y) / step_y) > far) return false;
    if (std::hypot(dx / step_x, dy / step_y) < kSmall) return true;
  }
  return false;
}

}  // namespace

std::array<double, 4> jacobian(const VectorField& field, double x, double y, double step_x, double step_y) {
  const auto right = field(x + step_x, y), left = field(x - step_x, y), above = field(x, y + step_y), below = field(x, y - step_y);
  return {(right[0] - left[0]) / (2.0 * step_x), (above[0] - below[0]) / (2.0 * step_y), (right[1] - left[1]) / (2.0 * step_x),
          (above[1] - below[1]) / (2.0 * step_y)};
}

std::vector<FixedPoint> fixed_points(const VectorField& field, std::span<const double> start, double step_x, double step_y) {
  if (start.empty()) return {};
  double low_x = start[0], high_x = start[0], low_y = start[1], high_y = start[1];
  for (std::size_t i = 0; i < start.size(); i += 2) {
    low_x = std::min(low_x, start[i]);
    high_x = std::max(high_x, start[i]);
    low_y = std::min(low_y, start[i + 1]);
    high_y = std::max(high_y, start[i + 1]);
  }
  const double far = std::hypot((high_x - low_x) / step_x, (high_y - low_y) / step_y);
  std::vector<FixedPoint> found;
  for (std::size_t i = 0; i < start.size(); i += 2) {
    double x = start[i], y = start[i + 1];
    if (!newton(field, x, y, step_x, step_y, far)) continue;
    if (x < low_x || x > high_x || y < low_y || y > high_y) continue;
    const bool known = std::any_of(found.begin(), found.end(), [&](const FixedPoint& other) {
      return std::hypot((x - other.x) / step_x, (y - other.y) / step_y) < kApart;
    });
    if (known) continue;
    const auto eigenvalues = real_eigenvalues(jacobian(field, x, y, step_x, step_y));
    found.push_back({x, y, eigenvalues, kind_of(eigenvalues)});
  }
  std::sort(found.begin(), found.end(), [](const FixedPoint& a, const FixedPoint& b) { return a.x < b.x; });
  return found;
}

}  // namespace scorefield
