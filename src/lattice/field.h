// Fields of many chains on this rank's sites, with ghosts around them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/simd.h"
#include "lattice/geometry.h"

namespace scorefield {

/// How the sites of a chain lie in memory. The rows of a rank are cut into tiles, strips that threads can work on independently and that
/// have ghosts of their own: `depth` rows above and below, and as many columns to both sides. Rows are whole vectors; a row that
/// has all columns of the lattice and fills its vectors needs no ghost columns: it `wraps` around by itself.
struct Layout {
  std::int64_t columns = 1;
  bool wraps = false;
  int depth = 1;             ///< at most kLanes, and the fewest rows or columns of a tile or a neighbour
  std::int64_t first = 0;    ///< vectors of a row before that of column 0
  std::int64_t stride = 1;   ///< vectors a row
  std::vector<Range> tiles;  ///< rows of each, counted from the rank's first

  std::int64_t vectors_of_tile(std::size_t tile) const { return (tiles[tile].size() + 2 * depth) * stride; }
  std::int64_t vectors_of_chain() const;
};

/// One tile, as large as fits, or more where threads need them, and ghosts as deep as pays: where a chain does not fit into the
/// second-level cache, or has sites on other ranks, several steps are done between two exchanges of ghosts. Neither changes a bit of
/// any result. `threads`: that work on one chain together. Collective over domain.comm().
Layout make_layout(const Domain& domain, int threads);
/// The same with a given depth and number of tiles. InputError if they do not fit. Local.
Layout make_layout(const Domain& domain, std::int64_t tiles, int depth);

/// The sites of one chain in one tile. A view: who has the field keeps it alive.
struct Block {
  Vec* origin = nullptr;     ///< first vector of row 0
  std::int64_t stride = 0;   ///< vectors a row
  std::int64_t first = 0;    ///< the vector of column 0
  std::int64_t rows = 0;     ///< without ghosts
  std::int64_t columns = 0;  ///< without ghosts
  bool wraps = false;
  std::int64_t first_row = 0;     ///< of the lattice
  std::int64_t first_column = 0;  ///< of the lattice

  /// Vectors of a row, -depth <= y < rows + depth.
  Vec* row(std::int64_t y) const { return origin + y * stride; }
  /// Its sites; columns -depth .. columns + depth - 1 where it does not wrap.
  double* sites(std::int64_t y) const { return lanes_of(row(y) + first); }
  /// Vectors that hold its columns, and the lanes of the last that do.
  std::int64_t vectors() const { return (columns + kLanes - 1) / kLanes; }
  Bits last_lanes() const { return first_lanes(columns - (vectors() - 1) * kLanes); }
};

/// A number a site of each of `chains` chains, all zero at first.
class Field {
 public:
  Field(const Domain& domain, const Layout& layout, std::int64_t chains);

  const Layout& layout() const { return *layout_; }
  /// `chain` counts from 0 on this rank.
  Block block(std::int64_t chain, std::size_t tile);
  /// Sites of a row of this rank, whichever tile has it.
  double* sites(std::int64_t chain, std::int64_t row);

 private:
  const Layout* layout_;
  std::int64_t first_row_;
  std::int64_t first_column_;
  std::vector<std::int64_t> starts_;  ///< of each tile in a chain
  std::int64_t vectors_of_chain_;
  std::vector<Vec> values_;
};

}  // namespace scorefield
