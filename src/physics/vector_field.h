// Vector fields in the plane: zeros and their kind. Local.
#pragma once

#include <array>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace scorefield {

/// (u, v) at (x, y).
using VectorField = std::function<std::array<double, 2>(double x, double y)>;

/// d(u, v)/d(x, y), row by row, by central differences with these steps.
std::array<double, 4> jacobian(const VectorField& field, double x, double y, double step_x, double step_y);

/// A zero: an attractor if both eigenvalues of the Jacobian have negative real parts, a repeller if both have positive ones, else a saddle.
struct FixedPoint {
  double x = 0.0, y = 0.0;
  std::array<double, 2> eigenvalues{};  ///< real parts
  std::string kind;
};

/// The zeros that Newton's method finds from each of the points `start` (x, y, x, y, ...), each once; those that it does not reach in 50
/// steps, or outside of the starts, are left out. Steps as in jacobian; two zeros closer than ten steps are one.
std::vector<FixedPoint> fixed_points(const VectorField& field, std::span<const double> start, double step_x, double step_y);

}  // namespace scorefield
