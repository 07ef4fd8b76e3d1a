// What is recorded of complexified fields along the forward and backward processes.
#pragma once

#include <vector>

#include "observables/plane_recorder.h"

namespace scorefield {

/// As a PlaneRecorder of points z = x + i y, with the mean over the sites and complex fields of a configuration [component][site] in place
/// of a point. Each site has noise of its own, so that all that holds along the processes for points holds for these means. Local.
class ComplexFieldRecorder : public PlaneRecorder {
 public:
  /// `components`: real numbers a site.
  ComplexFieldRecorder(std::vector<NoiseLevel> levels, std::size_t components, std::size_t sites)
      : PlaneRecorder(std::move(levels)), components_(components), sites_(sites) {}

  std::vector<double> sums(std::size_t record, std::span<const double> fields) const override;

 private:
  void add(std::span<const double> field, std::span<double> sums) const;

  std::size_t components_, sites_;
};

}  // namespace scorefield
