#include "ensemble/momenta.h"

#include <algorithm>
#include <array>

namespace scorefield {
namespace {

constexpr std::int64_t kChunk = 1024;  // numbers drawn together where rows do not lie one behind the other; they stay in the cache

/// Rows of a block that hold all columns of the lattice, but not only these: drawn as one sequence, then spread.
void fill_whole_rows(const RandomKey& key, std::uint64_t first, const Block& block) {
  std::array<double, kChunk> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
  const std::int64_t rows_a_chunk = kChunk / block.columns;
  for (std::int64_t y = 0; y < block.rows; y += rows_a_chunk) {
    const std::int64_t rows = std::min(rows_a_chunk, block.rows - y);
    const std::span<double> numbers(chunk.data(), static_cast<std::size_t>(rows * block.columns));
    fill_normals(key, first + static_cast<std::uint64_t>(y * block.columns), numbers);
    for (std::int64_t i = 0; i < rows; ++i) std::copy_n(numbers.data() + i * block.columns, block.columns, block.sites(y + i));
  }
}

}  // namespace

void fill_normals(const RandomKey& key, const Extents& lattice, std::int64_t chain, const Block& block) {
  const auto number = [&](std::int64_t y) {
    return static_cast<std::uint64_t>(chain * lattice.sites() + (block.first_row + y) * lattice.x + block.first_column);
  };
  if (block.wraps) {
    fill_normals(key, number(0), {block.sites(0), static_cast<std::size_t>(block.rows * block.columns)});
  } else if (block.columns == lattice.x && 2 * block.columns <= kChunk) {
    fill_whole_rows(key, number(0), block);
  } else {
    for (std::int64_t y = 0; y < block.rows; ++y) {
      fill_normals(key, number(y), {block.sites(y), static_cast<std::size_t>(block.columns)});
    }
  }
}

namespace {

inline Vec half_square(Vec momenta) { return 0.5 * momenta * momenta; }

/// Adds what energy(row, vector) gives for all sites of a block; the vectors of a row are counted from its first.
template <class Energy>
FixedSum sum_rows(const Block& block, const Energy& energy) {
  const std::int64_t rows = block.wraps ? 1 : block.rows;  // rows that wrap lie one behind the other
  const std::int64_t last = (block.wraps ? block.rows * block.stride : block.vectors()) - 1;
  const Bits mask = block.last_lanes();
  FixedSum sum;
  FixedLanes lanes;
  for (std::int64_t y = 0; y < rows; ++y) {
    for (std::int64_t j = 0; j < last;) {
      const std::int64_t end = std::min(j + FixedLanes::kMost - lanes.added(), last);
      for (; j < end; ++j) lanes.add(energy(y, block.first + j));
      if (lanes.added() >= FixedLanes::kMost) sum += lanes.take();
    }
    lanes.add(energy(y, block.first + last), mask);
    if (lanes.added() >= FixedLanes::kMost) sum += lanes.take();
  }
  return sum += lanes.take();
}

}  // namespace

FixedSum kinetic_energy(const Block& pi) {
  return sum_rows(pi, [&](std::int64_t y, std::int64_t j) { return half_square(pi.row(y)[j]); });
}

FixedSum squared_distance(const Block& a, const Block& b, double weight) {
  const Vec by = broadcast(weight);
  return sum_rows(a, [&](std::int64_t y, std::int64_t j) {
    const Vec difference = a.row(y)[j] - b.row(y)[j];
    return by * difference * difference;
  });
}

FixedSum begin_trajectory(const Block& phi, const Block& pi, const Block& backup, double drift) {
  const Vec by = broadcast(drift);
  return sum_rows(pi, [&](std::int64_t y, std::int64_t j) {
    const Vec momenta = pi.row(y)[j], field = phi.row(y)[j];
    backup.row(y)[j] = field;
    phi.row(y)[j] = fused(by, momenta, field);
    return half_square(momenta);
  });
}

void add_sites(const Block& to, double factor, const Block& from) {
  const Vec by = broadcast(factor);
  for (std::int64_t i = 0; i < to.rows * to.stride; ++i) to.row(0)[i] = fused(by, from.row(0)[i], to.row(0)[i]);
}

void copy_sites(const Block& from, const Block& to) { std::copy_n(from.row(0), from.rows * from.stride, to.row(0)); }

}  // namespace scorefield
