// A trained score of the plane at one noise level, on a grid, beside what is known. Local.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "diffusion/score.h"
#include "physics/plane_grid.h"
#include "physics/vector_field.h"

namespace scorefield {

/// Scores are (u, v) at each point of the grid.
struct ScoreFields {
  PlaneGrid grid;
  std::vector<double> learnt, exact;   ///< exact: NaN where it is not told
  std::vector<double> density, known;  ///< that of learnt, and that of exact
  double distance = NAN;               ///< sqrt(<|s - s*|^2>/<|s*|^2>) under what is known
  double total_variation = NAN;        ///< half the integral of |P_theta - P|
  double curl = 0.0;                   ///< sqrt <(d_x v - d_y u)^2> over the root of the mean square of all four derivatives
};

/// rho(x) of a learnt density on a grid of its own beside the complex weight at that noise.
struct ComplexFields {
  std::vector<double> x;
  std::vector<std::complex<double>> density, weight;  ///< density: empty where the grid does not tell it
  double distance = NAN;                              ///< the integral of |rho_theta - rho| over that of |rho|
};

/// A score at all points.
std::vector<double> evaluated(const Score& score, const NoiseLevel& level, const std::vector<double>& points);

/// Sets distance and total_variation, from exact and known.
void set_distances(ScoreFields& fields);

/// rho(x) of a density, at the grid's x, beside `weight` there.
ComplexFields complex_fields(const PlaneGrid& grid, std::span<const double> density, std::vector<std::complex<double>> weight);

/// The curl from differences over +-`step` in x and y.
double curl_of(const Score& score, const NoiseLevel& level, const ScoreFields& fields, std::span<const double> step);

/// Where the score vanishes, from points at which there is some density.
std::vector<FixedPoint> fixed_points_of(const Score& score, const NoiseLevel& level, const ScoreFields& fields,
                                        std::span<const double> step);

/// "saddle at (0, 0), ...".
std::string text_of(const std::vector<FixedPoint>& points);

}  // namespace scorefield
