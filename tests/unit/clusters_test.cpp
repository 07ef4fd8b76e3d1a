#include "ensemble/clusters.h"

#include <gtest/gtest.h>

#include <deque>
#include <set>

#include "base/rng.h"
#include "lattice/collect.h"
#include "lattice_support.h"

namespace scorefield {
namespace {

const Comm& comm() { return test::world(); }

const std::vector<Extents> kLattices = {{2, 2}, {2, 5}, {5, 2}, {3, 7}, {32, 32}, {5, 33}};

/// Each bond is set with this probability.
std::vector<std::uint8_t> some_bonds(const Extents& lattice, double density, std::uint64_t seed) {
  std::vector<double> uniforms(static_cast<std::size_t>(2 * lattice.sites()));
  fill_uniforms({seed, Stream::cluster_bond, 0}, 0, uniforms);
  std::vector<std::uint8_t> bonds;
  for (std::size_t i = 0; i < uniforms.size(); i += 2) {
    bonds.push_back(static_cast<std::uint8_t>((uniforms[i] < density ? bond_right : 0) | (uniforms[i + 1] < density ? bond_below : 0)));
  }
  return bonds;
}

/// The smallest site of each site's cluster, by breadth-first search from the smallest on.
std::vector<std::int32_t> searched(const Extents& lattice, const std::vector<std::uint8_t>& bonds) {
  const test::PlainPhi4 plain{lattice, 0.0, 0.0};
  std::vector<std::int32_t> labels(bonds.size(), -1);
  for (std::size_t first = 0; first < bonds.size(); ++first) {
    std::deque<std::size_t> next = {first};
    while (!next.empty()) {
      const std::size_t site = next.front();
      next.pop_front();
      if (labels[site] >= 0) continue;
      labels[site] = static_cast<std::int32_t>(first);
      const auto y = static_cast<std::int64_t>(site) / lattice.x, x = static_cast<std::int64_t>(site) % lattice.x;
      const std::size_t left = plain.site(y, x - 1), above = plain.site(y - 1, x);
      if ((bonds[site] & bond_right) != 0) next.push_back(plain.site(y, x + 1));
      if ((bonds[site] & bond_below) != 0) next.push_back(plain.site(y + 1, x));
      if ((bonds[left] & bond_right) != 0) next.push_back(left);
      if ((bonds[above] & bond_below) != 0) next.push_back(above);
    }
  }
  return labels;
}

// Random bonds, from few to many (clusters percolate at a half), against a search.
TEST(LabelClusters, RandomBonds) {
  std::vector<std::int32_t> labels = {7, 7};  // what was there before does not matter
  for (const Extents& lattice : kLattices) {
    for (const double density : {0.0, 0.2, 0.4, 0.5, 0.6, 0.9, 1.0}) {
      for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const auto bonds = some_bonds(lattice, density, seed);
        label_clusters(lattice, bonds, labels);
        EXPECT_EQ(labels, searched(lattice, bonds)) << lattice.y << " x " << lattice.x << ", " << density;
      }
    }
  }
}

// Bonds of the last column and row lead around the lattice.
TEST(LabelClusters, Periodic) {
  constexpr Extents kLattice{3, 4};
  std::vector<std::uint8_t> bonds(12);
  std::vector<std::int32_t> labels;
  bonds[7] = bond_right;
  label_clusters(kLattice, bonds, labels);
  EXPECT_EQ(labels, (std::vector<std::int32_t>{0, 1, 2, 3, 4, 5, 6, 4, 8, 9, 10, 11}));
  bonds[9] = bond_below;
  label_clusters(kLattice, bonds, labels);
  EXPECT_EQ(labels, (std::vector<std::int32_t>{0, 1, 2, 3, 4, 5, 6, 4, 8, 1, 10, 11}));
}

/// A byte for each site of each chain.
std::uint8_t byte_of(const Extents& lattice, std::int64_t chain, std::int64_t site) {
  return static_cast<std::uint8_t>((chain * lattice.sites() + site) * 37 % 251);
}

/// [chain][row][column] of this rank.
std::vector<std::uint8_t> my_bytes(const Domain& domain, std::int64_t chains) {
  std::vector<std::uint8_t> mine;
  for (std::int64_t chain = 0; chain < chains; ++chain) {
    for (std::int64_t y = domain.rows().begin; y < domain.rows().end; ++y) {
      for (std::int64_t x = domain.columns().begin; x < domain.columns().end; ++x) {
        mine.push_back(byte_of(domain.lattice(), chain, y * domain.lattice().x + x));
      }
    }
  }
  return mine;
}

// Whole lattices arrive on rank chain mod size, in order, and go back to where they came from; also fewer chains than ranks, or none.
TEST(Collect, ThereAndBack) {
  for (const Extents& lattice : kLattices) {
    for (const ProcessGrid& grid : test::process_grids(comm().size(), lattice, 1)) {
      const Domain domain(comm(), lattice, 1, grid);
      for (const std::int64_t chains : {0, 1, 2, 3, 7}) {
        const auto mine = my_bytes(domain, chains);
        const auto whole = collect<std::uint8_t>(domain, chains, mine);
        std::vector<std::uint8_t> expected;
        for (std::int64_t chain = 0; chain < chains; ++chain) {
          if (chain % domain.comm().size() != domain.comm().rank()) continue;
          for (std::int64_t site = 0; site < lattice.sites(); ++site) expected.push_back(byte_of(lattice, chain, site));
        }
        EXPECT_EQ(whole, expected) << grid.text() << ", " << chains;
        EXPECT_EQ(distribute<std::uint8_t>(domain, chains, whole), mine) << grid.text() << ", " << chains;
      }
    }
  }
}

}  // namespace
}  // namespace scorefield
