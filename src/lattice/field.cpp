#include "lattice/field.h"

#include <algorithm>

namespace scorefield {
namespace {

constexpr std::int64_t kCache = 24 * 1024;  // sites whose field and momenta fit comfortably into a second-level cache of 512 KiB
constexpr int kDepth = 4;
constexpr std::int64_t kTileRows = 64;  // of a large lattice: ghosts of depth 4 are a tenth of its work

Layout without_tiles(const Domain& domain, int depth) {
  Layout layout;
  layout.columns = domain.columns().size();
  layout.wraps = domain.grid().x == 1 && layout.columns % kLanes == 0;
  layout.depth = depth;
  layout.first = layout.wraps ? 0 : 1;
  const std::int64_t after = layout.wraps ? 0 : depth;
  layout.stride = layout.first + (layout.columns + after + kLanes - 1) / kLanes;
  return layout;
}

void cut(Layout& layout, std::int64_t rows, std::int64_t tiles) {
  for (std::int64_t t = 0; t < tiles; ++t) layout.tiles.push_back(share(rows, static_cast<int>(tiles), static_cast<int>(t)));
}

}  // namespace

std::int64_t Layout::vectors_of_chain() const {
  std::int64_t all = 0;
  for (std::size_t t = 0; t < tiles.size(); ++t) all += vectors_of_tile(t);
  return all;
}

Layout make_layout(const Domain& domain, int threads) {
  const std::int64_t rows = domain.fewest_rows(), sites = rows * domain.fewest_columns();
  const bool small = domain.whole() && sites <= kCache && threads == 1;
  std::int64_t tiles = small ? 1 : std::max<std::int64_t>(threads, rows / kTileRows);
  tiles = std::min(tiles, rows);
  const std::int64_t widest = std::min(rows / tiles, domain.fewest_columns());
  const int depth = small ? 1 : static_cast<int>(std::min<std::int64_t>({kDepth, kLanes, widest}));
  return make_layout(domain, tiles, static_cast<int>(domain.comm().min(depth)));  // ranks may differ in threads
}

Layout make_layout(const Domain& domain, std::int64_t tiles, int depth) {
  if (tiles < 1 || depth < 1 || depth > kLanes || depth > domain.fewest_rows() / tiles || depth > domain.fewest_columns()) {
    throw InputError("ghosts of depth " + std::to_string(depth) + " do not fit " + std::to_string(tiles) + " tiles a rank");
  }
  Layout layout = without_tiles(domain, depth);
  cut(layout, domain.rows().size(), tiles);
  return layout;
}

Field::Field(const Domain& domain, const Layout& layout, std::int64_t chains)
    : layout_(&layout),
      first_row_(domain.rows().begin),
      first_column_(domain.columns().begin),
      vectors_of_chain_(layout.vectors_of_chain()) {
  std::int64_t start = 0;
  for (std::size_t t = 0; t < layout.tiles.size(); ++t) {
    starts_.push_back(start);
    start += layout.vectors_of_tile(t);
  }
  values_.resize(static_cast<std::size_t>(vectors_of_chain_ * chains));
}

Block Field::block(std::int64_t chain, std::size_t tile) {
  Block block;
  block.stride = layout_->stride;
  block.first = layout_->first;
  block.rows = layout_->tiles[tile].size();
  block.columns = layout_->columns;
  block.wraps = layout_->wraps;
  block.first_row = first_row_ + layout_->tiles[tile].begin;
  block.first_column = first_column_;
  block.origin = values_.data() + chain * vectors_of_chain_ + starts_[tile] + layout_->depth * layout_->stride;
  return block;
}

double* Field::sites(std::int64_t chain, std::int64_t row) {
  std::size_t tile = 0;
  while (row >= layout_->tiles[tile].end) ++tile;
  return block(chain, tile).sites(row - layout_->tiles[tile].begin);
}

}  // namespace scorefield
