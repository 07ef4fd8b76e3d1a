// The exchange of ghosts: a plan that knows who the neighbours are and nothing of the data. The caller owns buffers and messages.
#pragma once

#include <span>
#include <vector>

#include "lattice/field.h"

namespace scorefield {

/// What is under way between `begin` and `end` of one exchange.
struct HaloTransfer {
  explicit HaloTransfer(const Comm& comm) : messages(comm) {}
  Messages messages;
  std::vector<double> to_below, to_above, from_below, from_above;
};

class Halo {
 public:
  Halo(const Domain& domain, const Layout& layout) : domain_(&domain), layout_(&layout) {}

  /// Makes the ghosts of the chains (counted on this rank) in all fields those of their neighbours, corners included: columns first, then
  /// rows with the ghost columns on them. What other ranks have above and below is only sent for; tiles that do not touch it (see
  /// `waits`) can be worked on at once. Fields must not be written between `begin` and `end` but in such tiles. Collective over
  /// domain.comm(); local, and callable by threads at the same time for different chains, where a rank has whole chains.
  void begin(std::span<Field* const> fields, const Range& chains, HaloTransfer& transfer) const;
  /// Fills in what has come.
  void end(std::span<Field* const> fields, const Range& chains, HaloTransfer& transfer) const;
  /// Both, one after the other.
  void exchange(std::span<Field* const> fields, const Range& chains, HaloTransfer& transfer) const;

  /// True if the ghosts of this tile are complete only after `end`.
  bool waits(std::size_t tile) const { return domain_->grid().y > 1 && (tile == 0 || tile + 1 == layout_->tiles.size()); }

 private:
  void exchange_columns(std::span<Field* const> fields, const Range& chains) const;
  void copy_between_tiles(Field& field, std::int64_t chain) const;

  const Domain* domain_;
  const Layout* layout_;
};

}  // namespace scorefield
