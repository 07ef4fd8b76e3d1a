#include "stages/write_estimate.h"

namespace scorefield {

void write_estimate(H5File& out, const std::string& group, const Estimate& estimate, const Shape& shape) {
  out.write_all(group + "/value", shape, estimate.value);
  out.write_all(group + "/error", shape, estimate.error);
}

void write_estimate(H5File& out, const std::string& group, const Estimate& estimate, const Shape& shape, std::span<const double> exact) {
  write_estimate(out, group, estimate, shape);
  out.write_all(group + "/exact", shape, exact);
}

}  // namespace scorefield
