// An order of an ensemble in which evenly spread picks are evenly spread in value. Local.
#pragma once

#include <span>

#include "diffusion/point_reference.h"

namespace scorefield {

/// Of numbers, ascending; of points of the plane, along a Hilbert curve through the square that the distribution functions of the whitened
/// numbers' normal law make of the plane, on a grid of 2^16 x 2^16 cells.
void order_for_picks(std::span<double> data, const PointReference& reference);

}  // namespace scorefield
