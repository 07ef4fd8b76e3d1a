#include "diffusion/ensemble_denoiser.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"
#include "base/text.h"
#include "base/vector_math.h"

namespace scorefield {
namespace {

constexpr double kFinest = 2.5, kReach = 10.0;  // of r: least r/h, and beyond what cells count for nothing
constexpr double kCoarsest = 0.4;               // of the deviation of the narrower component

/// Cells of a side that cover [low, high], an even number.
std::size_t cells_over(double low, double high, double side) { return 2 * (static_cast<std::size_t>((high - low) / (2.0 * side)) + 1); }

/// The smaller deviation of x and y, about their means or about 0.
double narrowest(std::span<const double> points, bool symmetric) {
  double least = INFINITY;
  for (std::size_t c = 0; c < 2; ++c) {
    double sum = 0.0, square = 0.0;
    const double count = 0.5 * static_cast<double>(points.size());
    for (std::size_t i = c; i < points.size(); i += 2) sum += points[i];
    const double mean = symmetric ? 0.0 : sum / count;
    for (std::size_t i = c; i < points.size(); i += 2) square += (points[i] - mean) * (points[i] - mean);
    least = std::min(least, std::sqrt(square / count));
  }
  return least;
}

/// The cells of one direction that count at a point: their weights, and those times their distance.
struct Kernel {
  std::size_t begin = 0;
  std::vector<double> weight, moment;

  void set(double at, double low, double side, std::size_t cells, double ratio, double variance) {
    const double reach = kReach * ratio;
    const auto cell = [&](double x) { return std::clamp((x - low) / side, 0.0, static_cast<double>(cells)); };
    begin = static_cast<std::size_t>(cell(at - reach));
    const auto end = static_cast<std::size_t>(std::ceil(cell(at + reach)));
    weight.resize(end - begin);
    moment.resize(end - begin);
    for (std::size_t i = 0; i < weight.size(); ++i) {
      const double distance = low + side * (static_cast<double>(begin + i) + 0.5) - at;
      weight[i] = vmath::exp(-0.5 * distance * distance / variance);
      moment[i] = weight[i] * distance;
    }
  }
};

/// sum_i a_i c_i and sum_i b_i c_i, in lanes.
struct TwoSums {
  double first = 0.0, second = 0.0;
};
TwoSums two_sums(const double* a, const double* b, const double* c, std::size_t count) {
  constexpr std::size_t kLanes = 8;
  double first[kLanes] = {}, second[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      first[lane] += a[i + lane] * c[i + lane];
      second[lane] += b[i + lane] * c[i + lane];
    }
  }
  for (std::size_t lane = 0; i < count; ++i, ++lane) {
    first[lane] += a[i] * c[i];
    second[lane] += b[i] * c[i];
  }
  TwoSums sums;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    sums.first += first[lane];
    sums.second += second[lane];
  }
  return sums;
}

}  // namespace

EnsembleDenoiser::EnsembleDenoiser(std::span<const double> points, double smallest_ratio, bool symmetric) {
  double low[2] = {points[0], points[1]}, high[2] = {points[0], points[1]};
  for (std::size_t i = 0; i < points.size(); ++i) {
    low[i % 2] = std::min(low[i % 2], symmetric ? -std::fabs(points[i]) : points[i]);
    high[i % 2] = std::max(high[i % 2], symmetric ? std::fabs(points[i]) : points[i]);
  }
  Grid finest{smallest_ratio / kFinest, low[0], low[1], 0, 0, {}};
  const double cells = (high[0] - low[0] + finest.side) / finest.side * ((high[1] - low[1] + finest.side) / finest.side);
  if (!(cells < static_cast<double>(kMostCells))) {
    throw InputError(
        formatted("train.target = posterior counts walkers in cells of 0.4 of the lowest noise, %.2g, and they reach over %.2g by "
                  "%.2g: take train.target = sample, or a larger forward.noise-min",
                  smallest_ratio, high[0] - low[0], high[1] - low[1]));
  }
  finest.columns = cells_over(low[0], high[0], finest.side);
  finest.rows = cells_over(low[1], high[1], finest.side);
  finest.counts.assign(finest.columns * finest.rows, 0.0);
  const auto count = [&](double x, double y) {
    const auto column = std::min(finest.columns - 1, static_cast<std::size_t>((x - finest.left) / finest.side));
    const auto row = std::min(finest.rows - 1, static_cast<std::size_t>((y - finest.bottom) / finest.side));
    finest.counts[column * finest.rows + row] += 1.0;
  };
  points_ = (symmetric ? 1.0 : 0.5) * static_cast<double>(points.size());
  for (std::size_t i = 0; i < points.size(); i += 2) {
    count(points[i], points[i + 1]);
    if (symmetric) count(-points[i], -points[i + 1]);
  }
  grids_.push_back(std::move(finest));
  const double coarsest = kCoarsest * narrowest(points, symmetric);
  while (2.0 * grids_.back().side <= coarsest) grids_.push_back(coarser(grids_.back()));
}

EnsembleDenoiser::Grid EnsembleDenoiser::coarser(const Grid& fine) {
  Grid grid{2.0 * fine.side, fine.left, fine.bottom, (fine.columns + 1) / 2, (fine.rows + 1) / 2, {}};
  grid.counts.assign(grid.columns * grid.rows, 0.0);
  for (std::size_t i = 0; i < fine.columns; ++i) {
    for (std::size_t j = 0; j < fine.rows; ++j) grid.counts[i / 2 * grid.rows + j / 2] += fine.counts[i * fine.rows + j];
  }
  return grid;
}

/// The coarsest that is fine enough.
const EnsembleDenoiser::Grid& EnsembleDenoiser::grid_for(double ratio) const {
  std::size_t chosen = 0;
  while (chosen + 1 < grids_.size() && kFinest * grids_[chosen + 1].side <= ratio) ++chosen;
  return grids_[chosen];
}

void EnsembleDenoiser::denoise(double ratio, std::span<const double> noisy, std::span<double> out, std::span<double> log_density) const {
  const Grid& grid = grid_for(ratio);
  const double variance = ratio * ratio - grid.side * grid.side / 12.0, stretch = ratio * ratio / variance,
               unit = 2.0 * std::numbers::pi * variance * points_;
  Kernel x, y;
  for (std::size_t i = 0; i < noisy.size(); i += 2) {
    x.set(noisy[i], grid.left, grid.side, grid.columns, ratio, variance);
    y.set(noisy[i + 1], grid.bottom, grid.side, grid.rows, ratio, variance);
    double all = 0.0, along_x = 0.0, along_y = 0.0;
    for (std::size_t column = 0; column < x.weight.size(); ++column) {
      const double* const counts = &grid.counts[(x.begin + column) * grid.rows + y.begin];
      const TwoSums sums = two_sums(y.weight.data(), y.moment.data(), counts, y.weight.size());
      all += x.weight[column] * sums.first;
      along_x += x.moment[column] * sums.first;
      along_y += x.weight[column] * sums.second;
    }
    log_density[i / 2] = std::log(all / unit);
    out[i] = noisy[i] + stretch * along_x / all;
    out[i + 1] = noisy[i + 1] + stretch * along_y / all;
  }
}

}  // namespace scorefield
