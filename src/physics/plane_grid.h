// Functions on a rectangular grid of the plane: densities, and what follows from them. Local.
#pragma once

#include <complex>
#include <span>
#include <vector>

namespace scorefield {

/// Evenly spaced in x and in y; functions on it are [x][y], vector fields [x][y][2].
struct PlaneGrid {
  std::vector<double> x, y;

  /// `points` of each within `reach` deviations of a centre.
  static PlaneGrid around(std::span<const double> centre, std::span<const double> deviation, double reach, std::size_t points);

  double step_x() const { return x[1] - x[0]; }
  double step_y() const { return y[1] - y[0]; }
  std::size_t size() const { return x.size() * y.size(); }
  /// All points, moved by (shift_x, shift_y), [x][y][2].
  std::vector<double> points(double shift_x = 0.0, double shift_y = 0.0) const;
};

/// Divides a density by its integral over the grid.
void normalise(const PlaneGrid& grid, std::vector<double>& density);

/// exp(log_density), normalised.
std::vector<double> density_of(const PlaneGrid& grid, std::vector<double> log_density);

/// log P by integrating a score from the middle of the grid, first along one side and then along the other; the mean of both orders, which
/// agree where the score has no curl. The trapezoidal rule.
std::vector<double> integrated(const PlaneGrid& grid, std::span<const double> score);

/// Half the integral of |P - Q|.
double total_variation(const PlaneGrid& grid, std::span<const double> p, std::span<const double> q);

/// rho(x) = int dy P(x - i y, y) at the x of the grid. With P(k, y) = int dx P(x, y) e^{-ikx} the continuation is
///   rho(x) = int dk/2pi e^{ikx} int dy e^{ky} P(k, y),
/// here over |k| <= `band`: what P has beyond, multiplied by e^{ky}, is its error. Noise of equal strength in x and y drops out:
/// rho of P_t is rho(x/f)/f. e^{ky} moves the weight of P outwards: empty where more than kOnTheEdge of it, over all k, lies in the
/// outermost cells in y, so that the grid does not tell rho.
std::vector<std::complex<double>> complex_density(const PlaneGrid& grid, std::span<const double> density, double band);

/// The wave number beyond which a function of x, evenly spaced and nothing at the ends, has less than kOutside of its largest component.
double band_of(std::span<const double> x, std::span<const std::complex<double>> function);

}  // namespace scorefield
