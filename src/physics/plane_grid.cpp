#include "physics/plane_grid.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace scorefield {
namespace {

constexpr double kOutside = 1e-3;
constexpr double kOnTheEdge = 1e-2, kOutermost = 0.05;  // a share of weight, and of the cells at each side
constexpr std::size_t kWaveNumbers = 400;               // of an integral over k, to each side

/// int f(x) e^{-ikx} dx by the trapezoidal rule.
std::complex<double> component(std::span<const double> x, double k, const auto& f) {
  std::complex<double> sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += f(i) * std::polar(1.0, -k * x[i]);
  return sum * (x[1] - x[0]);
}

/// The share of the weight e^{ky} P that lies in the outermost cells in y, at the k where it is largest.
double share_on_the_edge(const PlaneGrid& grid, std::span<const double> density, double band) {
  const std::size_t ny = grid.y.size(), outermost = static_cast<std::size_t>(kOutermost * static_cast<double>(ny)) + 1;
  std::vector<double> marginal(ny, 0.0);
  for (std::size_t i = 0; i < density.size(); ++i) marginal[i % ny] += density[i];
  double most = 0.0;
  for (const double k : {-band, band}) {
    double all = 0.0, edge = 0.0;
    for (std::size_t j = 0; j < ny; ++j) {
      const double weight = std::exp(k * grid.y[j]) * marginal[j];
      all += weight;
      if (std::min(j, ny - 1 - j) < outermost) edge += weight;
    }
    most = std::max(most, std::isfinite(all) ? edge / all : 1.0);
  }
  return most;
}

}  // namespace

PlaneGrid PlaneGrid::around(std::span<const double> centre, std::span<const double> deviation, double reach, std::size_t points) {
  PlaneGrid grid;
  for (std::size_t c = 0; c < 2; ++c) {
    std::vector<double>& along = c == 0 ? grid.x : grid.y;
    for (std::size_t i = 0; i < points; ++i) {
      const double part = 2.0 * static_cast<double>(i) / (static_cast<double>(points) - 1.0) - 1.0;
      along.push_back(centre[c] + reach * deviation[c] * part);
    }
  }
  return grid;
}

std::vector<double> PlaneGrid::points(double shift_x, double shift_y) const {
  std::vector<double> all;
  for (const double at_x : x) {
    for (const double at_y : y) all.insert(all.end(), {at_x + shift_x, at_y + shift_y});
  }
  return all;
}

void normalise(const PlaneGrid& grid, std::vector<double>& density) {
  double sum = 0.0;
  for (const double p : density) sum += p;
  const double integral = sum * grid.step_x() * grid.step_y();
  for (double& p : density) p /= integral;
}

std::vector<double> density_of(const PlaneGrid& grid, std::vector<double> log_density) {
  const double most = *std::max_element(log_density.begin(), log_density.end());
  for (double& value : log_density) value = std::exp(value - most);
  normalise(grid, log_density);
  return log_density;
}

std::vector<double> integrated(const PlaneGrid& grid, std::span<const double> score) {
  const std::size_t nx = grid.x.size(), ny = grid.y.size();
  const double hx = grid.step_x(), hy = grid.step_y();
  const auto u = [&](std::size_t i, std::size_t j) { return score[2 * (i * ny + j)]; };
  const auto v = [&](std::size_t i, std::size_t j) { return score[2 * (i * ny + j) + 1]; };
  std::vector<double> along_x_last(nx * ny, 0.0), along_y_last(nx * ny, 0.0);
  const auto outwards = [](std::size_t n, const auto& visit) {
    for (std::size_t i = n / 2 + 1; i < n; ++i) visit(i, i - 1, 1.0);
    for (std::size_t i = n / 2; i-- > 0;) visit(i, i + 1, -1.0);
  };
  const auto step_in_x = [&](std::vector<double>& sums, std::size_t j) {
    outwards(nx, [&](std::size_t i, std::size_t before, double sign) {
      sums[i * ny + j] = sums[before * ny + j] + 0.5 * sign * hx * (u(i, j) + u(before, j));
    });
  };
  const auto step_in_y = [&](std::vector<double>& sums, std::size_t i) {
    outwards(ny, [&](std::size_t j, std::size_t before, double sign) {
      sums[i * ny + j] = sums[i * ny + before] + 0.5 * sign * hy * (v(i, j) + v(i, before));
    });
  };
  step_in_x(along_y_last, ny / 2);
  for (std::size_t i = 0; i < nx; ++i) step_in_y(along_y_last, i);
  step_in_y(along_x_last, nx / 2);
  for (std::size_t j = 0; j < ny; ++j) step_in_x(along_x_last, j);
  for (std::size_t i = 0; i < along_x_last.size(); ++i) along_x_last[i] = 0.5 * (along_x_last[i] + along_y_last[i]);
  return along_x_last;
}

double total_variation(const PlaneGrid& grid, std::span<const double> p, std::span<const double> q) {
  double sum = 0.0;
  for (std::size_t i = 0; i < p.size(); ++i) sum += std::fabs(p[i] - q[i]);
  return 0.5 * sum * grid.step_x() * grid.step_y();
}

std::vector<std::complex<double>> complex_density(const PlaneGrid& grid, std::span<const double> density, double band) {
  if (share_on_the_edge(grid, density, band) > kOnTheEdge) return {};
  const std::size_t ny = grid.y.size();
  const double step_k = band / static_cast<double>(kWaveNumbers);
  std::vector<std::complex<double>> rho(grid.x.size());
  for (std::size_t n = 0; n <= 2 * kWaveNumbers; ++n) {
    const double k = step_k * (static_cast<double>(n) - static_cast<double>(kWaveNumbers));
    const bool end = n == 0 || n == 2 * kWaveNumbers;
    std::vector<double> growth;
    for (const double y : grid.y) growth.push_back(std::exp(k * y) * grid.step_y());
    const std::complex<double> of_k = component(grid.x, k, [&](std::size_t i) {
      double sum = 0.0;
      for (std::size_t j = 0; j < ny; ++j) sum += growth[j] * density[i * ny + j];
      return sum;
    });
    const double weight = (end ? 0.5 : 1.0) * step_k / (2.0 * std::numbers::pi);
    for (std::size_t i = 0; i < rho.size(); ++i) rho[i] += weight * of_k * std::polar(1.0, k * grid.x[i]);
  }
  return rho;
}

double band_of(std::span<const double> x, std::span<const std::complex<double>> function) {
  const double finest = std::numbers::pi / (x[1] - x[0]), step = finest / static_cast<double>(kWaveNumbers);
  std::vector<double> sizes;
  for (std::size_t n = 0; n <= kWaveNumbers; ++n) {
    const double k = step * static_cast<double>(n);
    const auto of = [&](std::size_t i) { return function[i]; };
    sizes.push_back(std::max(std::abs(component(x, k, of)), std::abs(component(x, -k, of))));
  }
  const double least = kOutside * *std::max_element(sizes.begin(), sizes.end());
  while (sizes.size() > 2 && sizes.back() < least) sizes.pop_back();
  return step * static_cast<double>(sizes.size() - 1);
}

}  // namespace scorefield
