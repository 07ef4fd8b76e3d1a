// Clusters of sites joined by bonds. Local.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lattice/geometry.h"

namespace scorefield {

/// Bonds of a site: to its right and to the one below.
enum Bond : std::uint8_t { bond_right = 1, bond_below = 2 };

/// Of each site, the smallest number of a site in its cluster (union-find with path halving). `bonds`: one a site, of the whole periodic
/// lattice. `labels` is overwritten.
void label_clusters(const Extents& lattice, std::span<const std::uint8_t> bonds, std::vector<std::int32_t>& labels);

}  // namespace scorefield
