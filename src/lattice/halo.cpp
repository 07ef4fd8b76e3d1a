#include "lattice/halo.h"

#include <algorithm>

namespace scorefield {
namespace {

enum Tag { to_left, to_right, to_above, to_below };

/// Calls action(first vector, vectors) for `count` rows from `row` on of a tile, in each field and chain.
template <class Action>
void for_rows(std::span<Field* const> fields, const Range& chains, std::size_t tile, std::int64_t row, std::int64_t count,
              const Action& action) {
  for (Field* field : fields) {
    for (std::int64_t chain = chains.begin; chain < chains.end; ++chain) {
      const Block block = field->block(chain, tile);
      action(block.row(row), count * block.stride);
    }
  }
}

/// Calls action(sites) for each row of each tile, field and chain; sites[0] is the first of `from`.
template <class Action>
void for_columns(std::span<Field* const> fields, const Range& chains, std::int64_t from, const Action& action) {
  for (Field* field : fields) {
    for (std::int64_t chain = chains.begin; chain < chains.end; ++chain) {
      for (std::size_t tile = 0; tile < field->layout().tiles.size(); ++tile) {
        const Block block = field->block(chain, tile);
        for (std::int64_t y = 0; y < block.rows; ++y) action(block.sites(y) + from);
      }
    }
  }
}

std::vector<double> pack_columns(std::span<Field* const> fields, const Range& chains, std::int64_t from, int depth) {
  std::vector<double> packed;
  for_columns(fields, chains, from, [&](const double* sites) { packed.insert(packed.end(), sites, sites + depth); });
  return packed;
}

void unpack_columns(std::span<Field* const> fields, const Range& chains, std::int64_t to, int depth, const std::vector<double>& packed) {
  auto next = packed.begin();
  for_columns(fields, chains, to, [&](double* sites) {
    std::copy(next, next + depth, sites);
    next += depth;
  });
}

void pack_rows(std::span<Field* const> fields, const Range& chains, std::size_t tile, std::int64_t row, int depth,
               std::vector<double>& packed) {
  packed.clear();
  for_rows(fields, chains, tile, row, depth,
           [&](Vec* from, std::int64_t vectors) { packed.insert(packed.end(), lanes_of(from), lanes_of(from + vectors)); });
}

void unpack_rows(std::span<Field* const> fields, const Range& chains, std::size_t tile, std::int64_t row, int depth,
                 const std::vector<double>& packed) {
  const double* next = packed.data();
  for_rows(fields, chains, tile, row, depth, [&](Vec* to, std::int64_t vectors) {
    std::copy_n(next, vectors * kLanes, lanes_of(to));
    next += vectors * kLanes;
  });
}

}  // namespace

void Halo::exchange_columns(std::span<Field* const> fields, const Range& chains) const {
  const std::int64_t columns = layout_->columns;
  const int depth = layout_->depth;
  if (domain_->grid().x == 1) {
    for_columns(fields, chains, 0, [&](double* sites) {
      std::copy_n(sites + columns - depth, depth, sites - depth);
      std::copy_n(sites, depth, sites + columns);
    });
    return;
  }
  const std::vector<double> first = pack_columns(fields, chains, 0, depth), last = pack_columns(fields, chains, columns - depth, depth);
  std::vector<double> left(first.size()), right(last.size());
  Messages messages(domain_->comm());
  messages.receive(right, domain_->neighbour(0, 1), to_left);
  messages.receive(left, domain_->neighbour(0, -1), to_right);
  messages.send(first, domain_->neighbour(0, -1), to_left);
  messages.send(last, domain_->neighbour(0, 1), to_right);
  messages.wait();
  unpack_columns(fields, chains, -depth, depth, left);
  unpack_columns(fields, chains, columns, depth, right);
}

/// Ghost rows that other tiles of this rank have: all inner ones, and those around the lattice where the rank has all rows.
void Halo::copy_between_tiles(Field& field, std::int64_t chain) const {
  const std::size_t tiles = layout_->tiles.size();
  const std::int64_t depth = layout_->depth, vectors = depth * layout_->stride;
  for (std::size_t tile = domain_->grid().y == 1 ? 0 : 1; tile < tiles; ++tile) {
    const Block above = field.block(chain, tile == 0 ? tiles - 1 : tile - 1), below = field.block(chain, tile);
    std::copy_n(above.row(above.rows - depth), vectors, below.row(-depth));
    std::copy_n(below.row(0), vectors, above.row(above.rows));
  }
}

void Halo::begin(std::span<Field* const> fields, const Range& chains, HaloTransfer& transfer) const {
  if (!layout_->wraps) exchange_columns(fields, chains);
  if (domain_->grid().y > 1) {
    const std::size_t last = layout_->tiles.size() - 1;
    const int depth = layout_->depth;
    pack_rows(fields, chains, 0, 0, depth, transfer.to_above);
    pack_rows(fields, chains, last, layout_->tiles[last].size() - depth, depth, transfer.to_below);
    transfer.from_above.resize(transfer.to_above.size());
    transfer.from_below.resize(transfer.to_below.size());
    const int above = domain_->neighbour(-1, 0), below = domain_->neighbour(1, 0);
    transfer.messages.receive(transfer.from_below, below, to_above);
    transfer.messages.receive(transfer.from_above, above, to_below);
    transfer.messages.send(transfer.to_above, above, to_above);
    transfer.messages.send(transfer.to_below, below, to_below);
  }
  for (Field* field : fields) {
    for (std::int64_t chain = chains.begin; chain < chains.end; ++chain) copy_between_tiles(*field, chain);
  }
}

void Halo::end(std::span<Field* const> fields, const Range& chains, HaloTransfer& transfer) const {
  if (domain_->grid().y == 1) return;
  transfer.messages.wait();
  const std::size_t last = layout_->tiles.size() - 1;
  unpack_rows(fields, chains, 0, -layout_->depth, layout_->depth, transfer.from_above);
  unpack_rows(fields, chains, last, layout_->tiles[last].size(), layout_->depth, transfer.from_below);
}

void Halo::exchange(std::span<Field* const> fields, const Range& chains, HaloTransfer& transfer) const {
  begin(fields, chains, transfer);
  end(fields, chains, transfer);
}

}  // namespace scorefield
