#include "diffusion/recorder.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/lane_sum.h"
#include "base/pairwise_sum.h"
#include "base/vector_math.h"

namespace scorefield {
namespace {

constexpr double kHistogramReach = 5.0;  // standard deviations to each side

void set_powers(std::span<const double> x, std::span<double> sums) {
  constexpr std::size_t kLanes = SumLanes().size();
  std::array<SumLanes, kMaxOrder> lanes{};
  const auto add = [&](const double* values, std::size_t count) {
#pragma omp simd
    for (std::size_t l = 0; l < count; ++l) {
      double power = values[l];
      for (int n = 0; n < kMaxOrder; ++n) {
        lanes[n][l] += power;
        power *= values[l];
      }
    }
  };
  std::size_t first = 0;
  for (; first + kLanes <= x.size(); first += kLanes) add(&x[first], kLanes);
  if (first < x.size()) add(&x[first], x.size() - first);
  for (int n = 0; n < kMaxOrder; ++n) sums[n] = total(lanes[n]);
}

double sum_of_exponentials(std::span<const double> x, double source) {
  return lane_sum(x.size(), [&](std::size_t i) { return vmath::exp(source * x[i]); });
}

}  // namespace

Recorder::Recorder(std::vector<NoiseLevel> levels, const Reference& reference, const MeasureParams& measure)
    : levels_(std::move(levels)),
      reference_(reference),
      sources_(measure.sources),
      cells_(static_cast<std::size_t>(measure.histogram_bins)) {}

std::vector<double> Recorder::sources(std::size_t record) const {
  std::vector<double> scaled = sources_;
  for (double& source : scaled) source /= deviation(record);
  return scaled;
}

std::vector<double> Recorder::edges(std::size_t record) const {
  std::vector<double> edges(cells_ + 1);
  for (std::size_t i = 0; i <= cells_; ++i) {
    const double position = 2.0 * static_cast<double>(i) / static_cast<double>(cells_) - 1.0;
    edges[i] = centre(record) + kHistogramReach * deviation(record) * position;
  }
  return edges;
}

std::vector<Recording::Table> Recorder::tables() const {
  std::vector<double> times, kept, variance, all_sources, all_edges;
  for (std::size_t k = 0; k < records(); ++k) {
    times.push_back(levels_[k].time);
    kept.push_back(levels_[k].kept);
    variance.push_back(levels_[k].noise_variance);
    const auto j = sources(k), e = edges(k);
    all_sources.insert(all_sources.end(), j.begin(), j.end());
    all_edges.insert(all_edges.end(), e.begin(), e.end());
  }
  const std::uint64_t rows = records();
  return {{"/time", {rows}, times},
          {"/kept", {rows}, kept},
          {"/noise_variance", {rows}, variance},
          {"/sources", {rows, sources_.size()}, all_sources},
          {"/histogram_edges", {rows, cells_ + 1}, all_edges}};
}

std::vector<double> Recorder::sums(std::size_t record, std::span<const double> x) const {
  const std::vector<double> scaled = sources(record);
  return sum_leaves(x, 1, quantities(), [&](std::span<const double> leaf, std::span<double> sums) {
    set_powers(leaf, sums);
    for (std::size_t j = 0; j < scaled.size(); ++j) sums[kMaxOrder + j] = sum_of_exponentials(leaf, scaled[j]);
  });
}

void Recorder::count(std::size_t record, std::span<const double> x, std::span<double> counts) const {
  const double low = centre(record) - kHistogramReach * deviation(record);
  const double per_cell = static_cast<double>(cells_) / (2.0 * kHistogramReach * deviation(record));
  for (const double value : x) {
    const double cell = std::floor((value - low) * per_cell);
    if (cell >= 0.0 && cell < static_cast<double>(cells_)) counts[static_cast<std::size_t>(cell)] += 1.0;
  }
}

}  // namespace scorefield
