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

FixedSum kinetic_energy(const Block& pi) {
  const std::int64_t vectors = pi.vectors();
  const Bits last = pi.last_lanes();
  FixedSum sum;
  FixedLanes lanes;
  std::int64_t added = 0;
  for (std::int64_t y = 0; y < pi.rows; ++y) {
    const Vec* momenta = pi.row(y) + pi.first;
    for (std::int64_t j = 0; j < vectors; ++j) {
      const Vec energy = 0.5 * momenta[j] * momenta[j];
      lanes.add(j + 1 == vectors ? select(last, energy, Vec{}) : energy);
      if (++added % 1024 == 0) sum += lanes.take();
    }
  }
  return sum += lanes.take();
}

void drift(const Block& phi, const Block& pi, double drift) {
  const Vec by = broadcast(drift);
  for (std::int64_t y = 0; y < phi.rows; ++y) {
    Vec* field = phi.row(y);
    const Vec* momenta = pi.row(y);
    for (std::int64_t j = 0; j < phi.stride; ++j) field[j] = fused(by, momenta[j], field[j]);
  }
}

void copy_sites(const Block& from, const Block& to) { std::copy_n(from.row(0), from.rows * from.stride, to.row(0)); }

}  // namespace scorefield
