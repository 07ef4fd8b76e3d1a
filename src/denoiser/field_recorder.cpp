#include "denoiser/field_recorder.h"

#include <algorithm>
#include <cmath>

#include "base/lane_sum.h"
#include "base/pairwise_sum.h"
#include "base/vector_math.h"
#include "lattice/hartley.h"

namespace scorefield {
namespace {

/// The mean of value(phi) over the sites.
template <class Value>
double mean_over(std::span<const double> phi, const Value& value) {
  return lane_sum(phi.size(), [&](std::size_t i) { return value(phi[i]); }) / static_cast<double>(phi.size());
}

}  // namespace

FieldRecorder::FieldRecorder(std::vector<NoiseLevel> levels, const FieldReference& reference, const MeasureParams& measure)
    : shape_(reference.shape),
      orbits_(reference.shape),
      modes_(reference.shape.x / 2 + 1),
      sizes_(modes_, 0),
      sites_(std::move(levels), {0.0, reference.site_variance()}, measure) {
  for (std::size_t k = 0; k < orbits_.modes(); ++k) {
    for (std::size_t n = 0; n < modes_; ++n) sizes_[n] += orbits_.of(k) == orbits_.of(n) ? 1 : 0;
  }
}

std::vector<Recording::Part> FieldRecorder::parts() const {
  std::vector<Part> all = sites_.parts();
  all.push_back({"/zero_mode_sums", kZeroSums});
  all.push_back({"/mode_sums", modes_});
  return all;
}

/// Even powers and hyperbolic cosines; those of +-J are computed once.
void FieldRecorder::add_sites(std::span<const double> sources, std::span<const double> phi, std::span<double> sums) {
  sums[1] += mean_over(phi, [](double v) { return v * v; });
  sums[3] += mean_over(phi, [](double v) { return (v * v) * (v * v); });
  sums[5] += mean_over(phi, [](double v) { return (v * v) * (v * v) * (v * v); });
  sums[7] += mean_over(phi, [](double v) { return ((v * v) * (v * v)) * ((v * v) * (v * v)); });
  std::vector<double> values(sources.size());
  for (std::size_t j = 0; j < sources.size(); ++j) {
    const auto same = std::find_if(sources.begin(), sources.begin() + static_cast<std::ptrdiff_t>(j),
                                   [&](double other) { return std::fabs(other) == std::fabs(sources[j]); });
    const auto at = static_cast<std::size_t>(same - sources.begin());
    const double source = sources[j];
    values[j] = at < j ? values[at] : mean_over(phi, [source](double v) {
      const double e = vmath::exp(source * v);
      return 0.5 * (e + 1.0 / e);
    });
    sums[kMaxOrder + j] += values[j];
  }
}

std::vector<double> FieldRecorder::sums(std::size_t record, std::span<const double> x) const {
  const std::size_t volume = shape_.sites(), zero = sites_.quantities();
  const std::vector<double> sources = sites_.sources(record);
  Hartley hartley = Hartley::orthogonal(shape_);
  std::vector<double> h(volume), squares(orbits_.count());
  return sum_configurations(x, volume, quantities(), [&](std::span<const double> phi, std::span<double> sums) {
    add_sites(sources, phi, sums);
    hartley.transform(phi, h);
    const double m = h[0] / std::sqrt(static_cast<double>(volume));
    sums[zero] += std::fabs(m);
    sums[zero + 1] += m * m;
    sums[zero + 2] += (m * m) * (m * m);
    for (double& value : h) value *= value;
    std::fill(squares.begin(), squares.end(), 0.0);
    orbits_.add(h, squares);
    for (std::size_t n = 0; n < modes_; ++n) sums[zero + kZeroSums + n] += squares[orbits_.of(n)] / static_cast<double>(sizes_[n]);
  });
}

}  // namespace scorefield
