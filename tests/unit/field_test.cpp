#include "lattice/field.h"

#include <gtest/gtest.h>

#include <set>

#include "lattice_support.h"

namespace scorefield {
namespace {

const Comm& comm() { return test::world(); }

// Tiles are all rows of a rank, in order, none with fewer rows than ghosts; ghosts of all ranks are equally deep, though one rank may
// have more threads than others.
TEST(Layout, Automatic) {
  for (const Extents& lattice : {Extents{2, 2}, Extents{3, 7}, Extents{32, 32}, Extents{300, 200}}) {
    for (const ProcessGrid& grid : test::process_grids(comm().size(), lattice, 3)) {
      const Domain domain(comm(), lattice, 3, grid);
      for (const int threads : {1, 2, 5, 1 + comm().rank()}) {
        const Layout layout = make_layout(domain, threads);
        std::int64_t next = 0;
        for (const Range& tile : layout.tiles) {
          EXPECT_EQ(tile.begin, next);
          EXPECT_GE(tile.size(), layout.depth);
          next = tile.end;
        }
        EXPECT_EQ(next, domain.rows().size());
        EXPECT_GE(static_cast<std::int64_t>(layout.tiles.size()), std::min<std::int64_t>(threads, domain.fewest_rows()));
        EXPECT_EQ(domain.comm().min(layout.depth), layout.depth);
        EXPECT_LE(layout.depth, std::min<std::int64_t>({kLanes, domain.fewest_rows(), domain.fewest_columns()}));
      }
    }
  }
}

// A small lattice that one thread has alone is one tile; a large one several, with deeper ghosts.
TEST(Layout, SmallAndLarge) {
  const Domain small(Comm::self(), {32, 32}, 1, {1, 1, 1}), large(Comm::self(), {512, 512}, 1, {1, 1, 1});
  EXPECT_EQ(make_layout(small, 1).tiles.size(), 1u);
  EXPECT_EQ(make_layout(small, 1).depth, 1);
  EXPECT_EQ(make_layout(large, 1).tiles.size(), 8u);
  EXPECT_EQ(make_layout(large, 1).depth, std::min(4, kLanes));
  EXPECT_EQ(make_layout(large, 16).tiles.size(), 16u);
}

// Ghosts that no neighbour could fill are refused.
TEST(Layout, Refusals) {
  const Domain domain(Comm::self(), {6, 5}, 1, {1, 1, 1});
  const auto refused = [&](std::int64_t tiles, int depth) {
    const auto error = test::caught([&] { make_layout(domain, tiles, depth); });
    return error.thrown && error.code == ExitCode::bad_input;
  };
  EXPECT_FALSE(refused(1, 1));
  EXPECT_FALSE(refused(6, 1));
  EXPECT_FALSE(refused(3, 2));
  EXPECT_TRUE(refused(0, 1));
  EXPECT_TRUE(refused(7, 1));
  EXPECT_TRUE(refused(1, 0));
  EXPECT_TRUE(refused(4, 2));
  EXPECT_TRUE(refused(1, 6));
  EXPECT_TRUE(refused(1, kLanes + 1));
}

// Every site, and every ghost, of every tile and chain has a place of its own, which starts as zero.
TEST(Field, SitesHavePlacesOfTheirOwn) {
  const Domain domain(Comm::self(), {7, 9}, 3, {1, 1, 1});
  const Layout layout = make_layout(domain, 3, 2);
  Field field(domain, layout, 3);
  std::set<const double*> places;
  std::size_t visited = 0;
  for (std::int64_t chain = 0; chain < 3; ++chain) {
    for (std::size_t tile = 0; tile < 3; ++tile) {
      const Block block = field.block(chain, tile);
      EXPECT_EQ(block.rows, layout.tiles[tile].size());
      EXPECT_EQ(block.first_row, layout.tiles[tile].begin);
      EXPECT_EQ(block.columns, 9);
      EXPECT_FALSE(block.wraps);
      for (std::int64_t y = -2; y < block.rows + 2; ++y) {
        for (std::int64_t x = -2; x < 9 + 2; ++x, ++visited) {
          EXPECT_EQ(block.sites(y)[x], 0.0);
          places.insert(block.sites(y) + x);
        }
      }
      for (std::int64_t y = 0; y < block.rows; ++y) EXPECT_EQ(field.sites(chain, block.first_row + y), block.sites(y));
    }
  }
  EXPECT_EQ(places.size(), visited);
}

}  // namespace
}  // namespace scorefield
