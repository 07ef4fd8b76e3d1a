// Which rank has which sites of which chains. Ranks are arranged as (replicas) x (process grid): each replica has a share of the chains,
// and its ranks a rectangle of sites each.
#pragma once

#include <cstdint>
#include <string>

#include "base/mpi.h"

namespace scorefield {

/// Sites of a periodic lattice; sites are numbered y x_extent + x.
struct Extents {
  std::int64_t y = 1;
  std::int64_t x = 1;
  std::int64_t sites() const { return y * x; }
};

/// How many replicas, and ranks along y and x in each. 0: not chosen.
struct ProcessGrid {
  std::int64_t replicas = 0;
  std::int64_t y = 0;
  std::int64_t x = 0;
  std::string text() const;  ///< "2 replicas of 2 x 1 ranks"
};

/// Fills in what `wanted` leaves open: as many replicas as there are chains for, then strips of rows, and a cut along x only where
/// there are too few rows. All ranks are used; InputError where no numbers fit the ranks, the chains and the lattice. Local.
ProcessGrid choose_grid(int ranks, const Extents& lattice, std::int64_t chains, const ProcessGrid& wanted);

/// This rank's place in the grid.
class Domain {
 public:
  /// Collective over `world`; the grid must be one of choose_grid.
  Domain(const Comm& world, const Extents& lattice, std::int64_t chains, const ProcessGrid& grid);

  const Extents& lattice() const { return lattice_; }
  const ProcessGrid& grid() const { return grid_; }
  /// This rank's chains, counted over all replicas, and its sites.
  const Range& chains() const { return chains_; }
  const Range& rows() const { return rows_; }
  const Range& columns() const { return columns_; }
  /// The fewest rows, and columns, that a rank of the grid has.
  std::int64_t fewest_rows() const { return lattice_.y / grid_.y; }
  std::int64_t fewest_columns() const { return lattice_.x / grid_.x; }

  /// The ranks that share these chains.
  const Comm& comm() const { return comm_; }
  /// Rank in comm() of the neighbour dy rows and dx columns of the grid away (periodic).
  int neighbour(int dy, int dx) const;
  /// The sites of a rank in comm().
  Range rows_of(int rank) const;
  Range columns_of(int rank) const;
  /// True if this rank alone has whole chains.
  bool whole() const { return comm_.size() == 1; }

 private:
  Extents lattice_;
  ProcessGrid grid_;
  Comm comm_;
  Range chains_;
  Range rows_;
  Range columns_;
};

}  // namespace scorefield
