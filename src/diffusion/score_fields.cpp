#include "diffusion/score_fields.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace scorefield {
namespace {

constexpr double kNegligible = 1e-4;    // of the largest density: fixed points are looked for above
constexpr std::size_t kEveryStart = 8;  // points of the grid apart, from which they are

}  // namespace

std::vector<double> evaluated(const Score& score, const NoiseLevel& level, const std::vector<double>& points) {
  std::vector<double> out(points.size());
  score.evaluate(level, points, out);
  return out;
}

void set_distances(ScoreFields& f) {
  double off = 0.0, all = 0.0;
  for (std::size_t i = 0; i < f.known.size(); ++i) {
    if (std::isnan(f.exact[2 * i])) continue;
    for (std::size_t c = 2 * i; c < 2 * i + 2; ++c) {
      off += f.known[i] * (f.learnt[c] - f.exact[c]) * (f.learnt[c] - f.exact[c]);
      all += f.known[i] * f.exact[c] * f.exact[c];
    }
  }
  f.distance = std::sqrt(off / all);
  f.total_variation = total_variation(f.grid, f.density, f.known);
}

ComplexFields complex_fields(const PlaneGrid& grid, std::span<const double> density, std::vector<std::complex<double>> weight) {
  ComplexFields f{grid.x, complex_density(grid, density, band_of(grid.x, weight)), std::move(weight)};
  if (f.density.empty()) return f;
  double off = 0.0, all = 0.0;
  for (std::size_t i = 0; i < f.weight.size(); ++i) {
    off += std::abs(f.density[i] - f.weight[i]);
    all += std::abs(f.weight[i]);
  }
  f.distance = off / all;
  return f;
}

double curl_of(const Score& score, const NoiseLevel& level, const ScoreFields& f, std::span<const double> step) {
  const auto moved = [&](double x, double y) { return evaluated(score, level, f.grid.points(x, y)); };
  const auto right = moved(step[0], 0.0), left = moved(-step[0], 0.0), above = moved(0.0, step[1]), below = moved(0.0, -step[1]);
  double off = 0.0, all = 0.0;
  for (std::size_t i = 0; i < f.density.size(); ++i) {
    const double ux = (right[2 * i] - left[2 * i]) / (2.0 * step[0]), vx = (right[2 * i + 1] - left[2 * i + 1]) / (2.0 * step[0]),
                 uy = (above[2 * i] - below[2 * i]) / (2.0 * step[1]), vy = (above[2 * i + 1] - below[2 * i + 1]) / (2.0 * step[1]);
    off += f.density[i] * (vx - uy) * (vx - uy);
    all += f.density[i] * (ux * ux + uy * uy + vx * vx + vy * vy);
  }
  return std::sqrt(off / all);
}

std::vector<FixedPoint> fixed_points_of(const Score& score, const NoiseLevel& level, const ScoreFields& f, std::span<const double> step) {
  const double most = *std::max_element(f.density.begin(), f.density.end());
  std::vector<double> start;
  for (std::size_t i = 0; i < f.grid.x.size(); i += kEveryStart) {
    for (std::size_t j = 0; j < f.grid.y.size(); j += kEveryStart) {
      if (f.density[i * f.grid.y.size() + j] > kNegligible * most) start.insert(start.end(), {f.grid.x[i], f.grid.y[j]});
    }
  }
  const VectorField field = [&](double x, double y) {
    const auto value = evaluated(score, level, {x, y});
    return std::array{value[0], value[1]};
  };
  return fixed_points(field, start, step[0], step[1]);
}

std::string text_of(const std::vector<FixedPoint>& points) {
  if (points.empty()) return "none found";
  return joined(points, ", ", [](const FixedPoint& p) { return formatted("%s at (%.3g, %.3g)", p.kind.c_str(), p.x, p.y); });
}

}  // namespace scorefield
