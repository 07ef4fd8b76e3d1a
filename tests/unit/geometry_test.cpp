#include "lattice/geometry.h"

#include <gtest/gtest.h>

#include "lattice_support.h"

namespace scorefield {
namespace {

const Comm& comm() { return test::world(); }

const std::vector<Extents> kLattices = {{2, 2}, {2, 5}, {5, 2}, {3, 7}, {4, 4}, {32, 32}, {5, 33}, {1024, 2}};

bool agrees(const ProcessGrid& grid, const ProcessGrid& wanted) {
  return (wanted.replicas == 0 || wanted.replicas == grid.replicas) && (wanted.y == 0 || wanted.y == grid.y) &&
         (wanted.x == 0 || wanted.x == grid.x);
}

std::string text_of(int ranks, const Extents& lattice, std::int64_t chains, const ProcessGrid& wanted) {
  return std::to_string(ranks) + " ranks, " + std::to_string(lattice.y) + " x " + std::to_string(lattice.x) + ", " +
         std::to_string(chains) + " chains, wanted " + wanted.text();
}

/// Grids that fit and agree with what is wanted: one of them is chosen, with as many replicas as any has, and then as few cuts along x;
/// if there are none, an InputError names the ranks.
void expect_right_choice(int ranks, const Extents& lattice, std::int64_t chains, const ProcessGrid& wanted) {
  std::vector<ProcessGrid> possible;
  for (const ProcessGrid& grid : test::process_grids(ranks, lattice, chains)) {
    if (agrees(grid, wanted)) possible.push_back(grid);
  }
  ProcessGrid chosen;
  const auto error = test::caught([&] { chosen = choose_grid(ranks, lattice, chains, wanted); });
  const std::string text = text_of(ranks, lattice, chains, wanted);
  if (possible.empty()) {
    EXPECT_EQ(error.code, ExitCode::bad_input) << text;
    EXPECT_NE(error.message.find(std::to_string(ranks) + " rank"), std::string::npos) << text << ": " << error.message;
    return;
  }
  ASSERT_FALSE(error.thrown) << text << ": " << error.message;
  ProcessGrid best = possible.front();
  bool is_one = false;
  for (const ProcessGrid& grid : possible) {
    is_one = is_one || (grid.replicas == chosen.replicas && grid.y == chosen.y && grid.x == chosen.x);
    if (grid.replicas > best.replicas || (grid.replicas == best.replicas && grid.x < best.x)) best = grid;
  }
  EXPECT_TRUE(is_one) << text << ": " << chosen.text();
  EXPECT_EQ(chosen.text(), best.text()) << text;
}

// What is chosen uses all ranks wherever that is possible.
TEST(ChooseGrid, Automatic) {
  for (const Extents& lattice : kLattices) {
    for (const std::int64_t chains : {1, 2, 3, 4, 16, 64}) {
      for (int ranks = 1; ranks <= 48; ++ranks) expect_right_choice(ranks, lattice, chains, {});
    }
  }
  EXPECT_EQ(choose_grid(4, {32, 32}, 16, {}).text(), "4 replicas of 1 x 1 rank");
  EXPECT_EQ(choose_grid(4, {32, 32}, 2, {}).text(), "2 replicas of 2 x 1 ranks");
  EXPECT_EQ(choose_grid(6, {2, 32}, 1, {}).text(), "1 replica of 2 x 3 ranks");
  EXPECT_EQ(choose_grid(12, {2, 2}, 4, {}).text(), "3 replicas of 2 x 2 ranks");
}

// What is wanted is kept, or refused.
TEST(ChooseGrid, Wanted) {
  for (const Extents& lattice : {Extents{2, 5}, Extents{3, 7}, Extents{32, 32}}) {
    for (const std::int64_t chains : {1, 3, 16}) {
      for (const int ranks : {1, 2, 3, 4, 6, 8, 12, 30}) {
        for (std::int64_t replicas = 0; replicas <= 4; ++replicas) {
          for (std::int64_t y = 0; y <= 4; ++y) {
            for (std::int64_t x = 0; x <= 4; ++x) expect_right_choice(ranks, lattice, chains, {replicas, y, x});
          }
        }
      }
    }
  }
}

// Each refusal says what does not fit.
TEST(ChooseGrid, Refusals) {
  const auto message = [](int ranks, const ProcessGrid& wanted) {
    const auto error = test::caught([&] { choose_grid(ranks, {4, 6}, 3, wanted); });
    EXPECT_EQ(error.code, ExitCode::bad_input);
    return error.message;
  };
  EXPECT_EQ(message(4, {1, 2, 1}), "4 ranks cannot be 1 replica of 2 x 1 ranks: replicas times ranks must be all ranks");
  EXPECT_EQ(message(4, {4, 1, 1}), "4 ranks cannot be 4 replicas of 1 x 1 rank: there are only 3 chains");
  EXPECT_EQ(message(8, {1, 8, 1}), "8 ranks cannot be 1 replica of 8 x 1 ranks: the lattice has only 4 x 6 sites");
  EXPECT_EQ(message(7, {1, 1, 7}), "7 ranks cannot be 1 replica of 1 x 7 ranks: the lattice has only 4 x 6 sites");
  EXPECT_EQ(message(1, {2, 0, 0}), "1 rank cannot be shared by up to 3 replicas of up to 4 x 6 ranks with lattice.process-grid = 2, 0, 0");
  EXPECT_EQ(message(73, {}), "73 ranks cannot be shared by up to 3 replicas of up to 4 x 6 ranks with lattice.process-grid = 0, 0, 0");
}

/// How many owners each (chain, site) has, over all ranks.
std::vector<std::int64_t> owners(const Domain& domain, std::int64_t chains) {
  const Extents& lattice = domain.lattice();
  std::vector<std::int64_t> count(static_cast<std::size_t>(chains * lattice.sites()));
  for (std::int64_t chain = domain.chains().begin; chain < domain.chains().end; ++chain) {
    for (std::int64_t y = domain.rows().begin; y < domain.rows().end; ++y) {
      for (std::int64_t x = domain.columns().begin; x < domain.columns().end; ++x) {
        ++count[static_cast<std::size_t>((chain * lattice.y + y) * lattice.x + x)];
      }
    }
  }
  comm().sum(std::span(count));
  return count;
}

// Every site of every chain has one owner, who is as large as others think.
TEST(Domain, CoversAllOnce) {
  for (const Extents& lattice : kLattices) {
    for (const std::int64_t chains : {1, 3, 4}) {
      for (const ProcessGrid& grid : test::process_grids(comm().size(), lattice, chains)) {
        const Domain domain(comm(), lattice, chains, grid);
        EXPECT_EQ(owners(domain, chains), std::vector<std::int64_t>(static_cast<std::size_t>(chains * lattice.sites()), 1)) << grid.text();
        EXPECT_EQ(domain.comm().size(), grid.y * grid.x);
        EXPECT_EQ(domain.whole(), grid.y * grid.x == 1);
        const Range &rows = domain.rows(), &columns = domain.columns();
        EXPECT_EQ(comm().min(rows.size()), domain.fewest_rows());
        EXPECT_EQ(comm().min(columns.size()), domain.fewest_columns());
        for (int rank = 0; rank < domain.comm().size(); ++rank) {
          std::vector<std::int64_t> theirs = {rows.begin, rows.end, columns.begin, columns.end};
          for (std::int64_t& each : theirs) each = domain.comm().max(rank == domain.comm().rank() ? each : -1);
          const Range rows_there = domain.rows_of(rank), columns_there = domain.columns_of(rank);
          EXPECT_EQ(theirs, (std::vector<std::int64_t>{rows_there.begin, rows_there.end, columns_there.begin, columns_there.end}));
        }
      }
    }
  }
}

// The ranks of a replica have the same chains, and neighbours have the sites next to one's own, around the lattice.
TEST(Domain, Neighbours) {
  constexpr Extents kLattice{5, 7};
  for (const ProcessGrid& grid : test::process_grids(comm().size(), kLattice, 3)) {
    const Domain domain(comm(), kLattice, 3, grid);
    EXPECT_EQ(domain.comm().max(domain.chains().begin), domain.chains().begin);
    EXPECT_EQ(domain.comm().max(domain.chains().end), domain.chains().end);
    EXPECT_EQ(domain.neighbour(0, 0), domain.comm().rank());
    for (const int d : {-1, 0, 1}) {
      const int above = domain.neighbour(-1, d), below = domain.neighbour(1, d), left = domain.neighbour(d, -1),
                right = domain.neighbour(d, 1);
      EXPECT_EQ(domain.rows_of(above).end % kLattice.y, domain.rows().begin);
      EXPECT_EQ(domain.rows_of(below).begin, domain.rows().end % kLattice.y);
      EXPECT_EQ(domain.columns_of(left).end % kLattice.x, domain.columns().begin);
      EXPECT_EQ(domain.columns_of(right).begin, domain.columns().end % kLattice.x);
      if (d == 0) {
        EXPECT_EQ(domain.columns_of(above).begin, domain.columns().begin);
        EXPECT_EQ(domain.rows_of(right).begin, domain.rows().begin);
      }
    }
  }
}

}  // namespace
}  // namespace scorefield
