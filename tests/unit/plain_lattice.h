// Fields on a lattice the obvious way: indices modulo the extents, sums site by site.
#pragma once

#include <cstdint>
#include <vector>

#include "base/rng.h"
#include "lattice/field_shape.h"

namespace scorefield::test {

struct PlainField {
  FieldShape extents;
  std::vector<double> values;

  double operator()(std::size_t y, std::size_t x) const { return values[y % extents.y * extents.x + x % extents.x]; }
};

/// Independent normal numbers about `mean`.
inline PlainField random_field(const FieldShape& extents, std::uint64_t seed, double mean = 0.0) {
  PlainField field{extents, std::vector<double>(extents.sites())};
  fill_normals({seed, Stream::prior, 0}, 0, field.values);
  for (double& value : field.values) value += mean;
  return field;
}

/// Average of what(y, x) over the lattice.
template <class Function>
double average(const FieldShape& extents, Function what) {
  double sum = 0.0;
  for (std::size_t y = 0; y < extents.y; ++y) {
    for (std::size_t x = 0; x < extents.x; ++x) sum += what(y, x);
  }
  return sum / static_cast<double>(extents.sites());
}

inline const std::vector<FieldShape> kExtents = {{2, 2}, {2, 5}, {3, 3}, {7, 4}, {10, 9}, {17, 23}, {32, 32}};

}  // namespace scorefield::test
