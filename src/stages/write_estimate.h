// Estimates as results.h5 keeps them.
#pragma once

#include <span>
#include <string>

#include "base/hdf5.h"
#include "statistics/cumulants.h"

namespace scorefield {

/// group/value and group/error, both of this shape. The root's numbers, which the others need not have. Collective.
void write_estimate(H5File& out, const std::string& group, const Estimate& estimate, const Shape& shape);
/// And group/exact.
void write_estimate(H5File& out, const std::string& group, const Estimate& estimate, const Shape& shape, std::span<const double> exact);

}  // namespace scorefield
