#include "observables/complex_field_recorder.h"

#include "base/pairwise_sum.h"

namespace scorefield {

/// Adds the means of one configuration.
void ComplexFieldRecorder::add(std::span<const double> field, std::span<double> sums) const {
  std::vector<double> points(2 * sites_);
  for (std::size_t first = 0; first < field.size(); first += 2 * sites_) {
    for (std::size_t s = 0; s < sites_; ++s) {
      points[2 * s] = field[first + s];
      points[2 * s + 1] = field[first + sites_ + s];
    }
    const std::vector<double> of_pair = PlaneRecorder::sums(0, points);
    for (std::size_t q = 0; q < sums.size(); ++q) sums[q] += of_pair[q] / (0.5 * static_cast<double>(field.size()));
  }
}

std::vector<double> ComplexFieldRecorder::sums(std::size_t /*record*/, std::span<const double> fields) const {
  return sum_configurations(fields, components_ * sites_, quantities(),
                            [&](std::span<const double> field, std::span<double> sums) { add(field, sums); });
}

}  // namespace scorefield
