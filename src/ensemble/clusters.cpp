#include "ensemble/clusters.h"

#include <numeric>

namespace scorefield {
namespace {

std::int32_t root(std::vector<std::int32_t>& labels, std::int32_t site) {
  while (labels[site] != site) {
    labels[site] = labels[labels[site]];
    site = labels[site];
  }
  return site;
}

/// The root is always the smallest site, so that labels do not depend on the order of the unions.
void unite(std::vector<std::int32_t>& labels, std::int32_t a, std::int32_t b) {
  a = root(labels, a);
  b = root(labels, b);
  if (a < b) {
    labels[b] = a;
  } else {
    labels[a] = b;
  }
}

}  // namespace

void label_clusters(const Extents& lattice, std::span<const std::uint8_t> bonds, std::vector<std::int32_t>& labels) {
  const auto columns = static_cast<std::int32_t>(lattice.x), sites = static_cast<std::int32_t>(lattice.sites());
  labels.resize(bonds.size());
  std::iota(labels.begin(), labels.end(), 0);
  for (std::int32_t row = 0; row < sites; row += columns) {
    const std::int32_t below = row + columns < sites ? row + columns : 0;
    for (std::int32_t x = 0; x < columns; ++x) {
      if ((bonds[row + x] & bond_right) != 0) unite(labels, row + x, x + 1 < columns ? row + x + 1 : row);
      if ((bonds[row + x] & bond_below) != 0) unite(labels, row + x, below + x);
    }
  }
  for (std::int32_t site = 0; site < sites; ++site) labels[site] = labels[labels[site]];  // parents come first
}

}  // namespace scorefield
