#include "observables/slice_correlator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "observables/wrapped_field.h"

namespace scorefield {
namespace {

/// Products of all t are added slice by slice, so that a loop over t is no sum and vectorises in any order of summation.
void correlate(std::vector<double>& twice, std::size_t extent, std::span<double> correlator) {
  std::copy_n(twice.begin(), extent, twice.begin() + static_cast<std::ptrdiff_t>(extent));
  std::fill(correlator.begin(), correlator.end(), 0.0);
  for (std::size_t tau = 0; tau < extent; ++tau) {
    const double* later = twice.data() + tau;
    const double slice = *later / static_cast<double>(extent);
#pragma omp simd
    for (std::size_t t = 0; t < correlator.size(); ++t) correlator[t] += slice * later[t];
  }
}

/// The m > 0 with cosh(m a)/cosh(m (a-1)) = ratio, a >= 1. As the left side is e^m (1 + e^{-2ma})/(1 + e^{-2m(a-1)}), and its second
/// factor between 1/2 and 1, m lies between log(ratio) and log(2 ratio).
double cosh_mass(double ratio, double a) {
  if (!(ratio > 1.0)) return std::numeric_limits<double>::quiet_NaN();
  double low = std::log(ratio);
  double high = low + std::numbers::ln2;
  for (int halving = 0; halving < 52; ++halving) {
    const double m = 0.5 * (low + high);
    const double left = std::exp(m) * (1.0 + std::exp(-2.0 * m * a)) / (1.0 + std::exp(-2.0 * m * (a - 1.0)));
    (left < ratio ? low : high) = m;
  }
  return 0.5 * (low + high);
}

}  // namespace

void slice_averages(const FieldShape& extents, std::span<const double> field, std::span<double> along_y, std::span<double> along_x) {
  const std::size_t lx = extents.x;
  std::fill(along_x.begin(), along_x.end(), 0.0);
  for (std::size_t y = 0; y < extents.y; ++y) {
    const double* row = field.data() + y * lx;
    std::array<Octet, 1> sum{};
    add_row(row, lx, sum, [](const SiteGroup& at, auto& sums) { sums[0] += at(); });
    along_y[y] = total(sum[0]) / static_cast<double>(lx);
#pragma omp simd
    for (std::size_t x = 0; x < lx; ++x) along_x[x] += row[x];
  }
  for (double& m : along_x) m /= static_cast<double>(extents.y);
}

SliceCorrelator::SliceCorrelator(FieldShape extents) : extents_(extents), slices_y_(2 * extents.y), slices_x_(2 * extents.x) {}

void SliceCorrelator::observe(std::span<const double> field, std::span<double> along_y, std::span<double> along_x) {
  slice_averages(extents_, field, std::span(slices_y_).first(extents_.y), std::span(slices_x_).first(extents_.x));
  correlate(slices_y_, extents_.y, along_y);
  correlate(slices_x_, extents_.x, along_x);
}

std::vector<double> effective_mass(std::span<const double> connected, std::size_t extent) {
  std::vector<double> mass;
  for (std::size_t t = 0; t + 1 < connected.size(); ++t) {
    const double ratio = connected[t + 1] > 0.0 ? connected[t] / connected[t + 1] : 0.0;
    mass.push_back(cosh_mass(ratio, 0.5 * static_cast<double>(extent) - static_cast<double>(t)));
  }
  return mass;
}

}  // namespace scorefield
