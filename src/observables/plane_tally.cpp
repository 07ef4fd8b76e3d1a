#include "observables/plane_tally.h"

#include <algorithm>
#include <cmath>

#include "base/pairwise_sum.h"
#include "base/work_plan.h"

namespace scorefield {
namespace {

constexpr std::size_t kLeaf = PlaneLeaf::kSize;
constexpr int kLowestCutoff = -4;  // octaves from the scale of z
constexpr int kLowestDrift = -8;   // octaves from that of K

using Leaf = PlaneLeaf;
using Column = PlaneLeaf::Column;
using ComplexColumn = PlaneLeaf::ComplexColumn;

/// Calls `of(i)` for all configurations of a leaf and sums what it returns.
template <class Of>
double sum_of(const Of& of) {
  Column column;
#pragma omp simd
  for (std::size_t i = 0; i < kLeaf; ++i) column[i] = of(i);
  return total(column);
}

/// L z^n of all configurations of a leaf.
ComplexColumn langevin_operator(const Leaf& leaf, const QuarticAction& action, int n) {
  const auto at = static_cast<std::size_t>(n);
  const double first = n * (n - 1), second = n;
  ComplexColumn result;
#pragma omp simd
  for (std::size_t i = 0; i < kLeaf; ++i) {
    const auto k = action.drift(ComplexNumber<double>{leaf.x[i], leaf.y[i]});
    const double re = leaf.power[at - 1].re[i], im = leaf.power[at - 1].im[i];
    result.re[i] = leaf.weight[i] * (first * leaf.power[at - 2].re[i] + second * (re * k.re - im * k.im));
    result.im[i] = leaf.weight[i] * (first * leaf.power[at - 2].im[i] + second * (re * k.im + im * k.re));
  }
  return result;
}

void set_early(const Leaf& leaf, std::size_t length, std::span<double> sums) {
  Column early;
  for (std::size_t i = 0; i < kLeaf; ++i) early[i] = i % length < length / 2 ? leaf.weight[i] : 0.0;
  sums[PlaneTally::kEarly] = total(early);
  sums[PlaneTally::kEarly + 1] = sum_of([&](std::size_t i) { return early[i] * leaf.power[2].re[i]; });
  sums[PlaneTally::kEarly + 2] = sum_of([&](std::size_t i) { return early[i] * leaf.power[2].im[i]; });
  sums[PlaneTally::kEarly + 3] = sum_of([&](std::size_t i) { return early[i] * (leaf.x[i] * leaf.x[i] + leaf.y[i] * leaf.y[i]); });
}

void set_boundary_terms(const Leaf& leaf, const QuarticAction& action, std::span<const double> cutoffs, std::span<double> sums) {
  std::array<ComplexColumn, kBoundaryPowers.size()> terms;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled next
  for (std::size_t p = 0; p < terms.size(); ++p) terms[p] = langevin_operator(leaf, action, kBoundaryPowers[p]);
  std::size_t at = PlaneTally::kBoundary;
  for (const double cutoff : cutoffs) {
    const auto inside = [&](const Column& column) {
      return sum_of([&](std::size_t i) { return std::fabs(leaf.y[i]) < cutoff ? column[i] : 0.0; });
    };
    sums[at++] = inside(leaf.weight);
    for (const ComplexColumn& term : terms) {
      sums[at++] = inside(term.re);
      sums[at++] = inside(term.im);
    }
  }
}

/// The cell of a line from -reach to reach, or `cells` if it is outside.
std::size_t cell_of(double value, double reach, std::size_t cells) {
  const double cell = std::floor((value / reach + 1.0) * 0.5 * static_cast<double>(cells));
  return cell >= 0.0 && cell < static_cast<double>(cells) ? static_cast<std::size_t>(cell) : cells;
}

}  // namespace

std::vector<double> boundary_cutoffs(double scale) {
  std::vector<double> result;
  for (std::size_t k = 0; k < kCutoffs; ++k) result.push_back(scale * std::exp2(kLowestCutoff + static_cast<double>(k) / kCutoffsAnOctave));
  return result;
}

std::vector<double> drift_edges(double scale) {
  std::vector<double> result;
  const double lowest = std::exp2(kLowestDrift) * scale;
  for (std::size_t k = 0; k < kDriftCells; ++k) result.push_back(lowest * std::exp2(static_cast<double>(k) / kDriftCellsAnOctave));
  return result;
}

std::size_t drift_cell(double square, double scale) {
  const double lowest = std::exp2(kLowestDrift) * scale, octaves = 0.5 * std::log2(square / (lowest * lowest));
  const double cell = std::isnan(octaves) ? kDriftCells : octaves * kDriftCellsAnOctave;  // of a drift beyond all doubles the last
  return static_cast<std::size_t>(std::clamp(cell, 0.0, kDriftCells - 1.0));
}

PlaneTally::PlaneTally(const QuarticAction& action, const Grid& grid, std::int64_t length)
    : action_(action),
      grid_(grid),
      length_(static_cast<std::size_t>(length)),
      scale_(1.0 / std::sqrt(std::abs(action.sigma) + std::sqrt(std::abs(action.lambda)))) {}

std::vector<double> PlaneTally::cutoffs() const { return boundary_cutoffs(scale_); }

std::vector<double> PlaneTally::drift_edges() const { return scorefield::drift_edges(1.0 / scale_); }

std::vector<double> PlaneTally::sums(std::size_t, std::span<const double> xy) const {
  const std::vector<double> limits = cutoffs();
  return sum_leaves(xy, 2, quantities(), [&](std::span<const double> points, std::span<double> sums) {
    const Leaf leaf(points);
    leaf.set_power_sums(sums);
    set_early(leaf, length_, sums);
    set_boundary_terms(leaf, action_, limits, sums);
  });
}

void PlaneTally::count(std::size_t, std::span<const double> xy, std::span<double> counts) const {
  const std::span<double> drift = counts.first(kDriftCells), x_line = counts.subspan(kDriftCells, grid_.line);
  const std::span<double> y_line = counts.subspan(kDriftCells + grid_.line, grid_.line), map = counts.subspan(kDriftCells + 2 * grid_.line);
  for (std::size_t i = 0; i < xy.size(); i += 2) {
    const double x = xy[i], y = xy[i + 1];
    const auto k = action_.drift(ComplexNumber<double>{x, y});
    drift[drift_cell(k.re * k.re + k.im * k.im, 1.0 / scale_)] += 1.0;
    const std::size_t in_x = cell_of(x, grid_.x, grid_.line), in_y = cell_of(y, grid_.y, grid_.line);
    if (in_x < grid_.line) x_line[in_x] += 1.0;
    if (in_y < grid_.line) y_line[in_y] += 1.0;
    const std::size_t row = cell_of(x, grid_.x, grid_.map), column = cell_of(y, grid_.y, grid_.map);
    if (row < grid_.map && column < grid_.map) map[row * grid_.map + column] += 1.0;
  }
}

}  // namespace scorefield
