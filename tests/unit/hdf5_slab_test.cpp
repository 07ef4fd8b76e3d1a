#include "base/hdf5.h"

#include <gtest/gtest.h>

#include "lattice_support.h"

namespace scorefield {
namespace {

const Comm& comm() { return test::world(); }

constexpr Extents kLattice{5, 7};
constexpr std::int64_t kChains = 3, kSweeps = 4;
constexpr std::uint64_t kRows = kChains * kSweeps, kSites = 35;

std::uint64_t unsigned_of(std::int64_t number) { return static_cast<std::uint64_t>(number); }

/// This rank's sites of its chains in some sweeps, as an ensemble is stored: [sweep, chain][y][x].
Slab slab_of(const Domain& domain, std::int64_t first_sweep, std::int64_t sweeps) {
  const Range &chains = domain.chains(), &rows = domain.rows(), &columns = domain.columns();
  return {{unsigned_of(first_sweep * kChains + chains.begin), unsigned_of(rows.begin), unsigned_of(columns.begin)},
          {unsigned_of(sweeps), 1, 1},
          {kChains, unsigned_of(kLattice.y), unsigned_of(kLattice.x)},
          {unsigned_of(chains.size()), unsigned_of(rows.size()), unsigned_of(columns.size())}};
}

/// The entries of a slab of a dataset whose entry number i is 1/(i + 3), axis by axis.
std::vector<double> entries_of(const Domain& domain, std::int64_t first_sweep, std::int64_t sweeps) {
  std::vector<double> values;
  for (std::int64_t sweep = first_sweep; sweep < first_sweep + sweeps; ++sweep) {
    for (std::int64_t chain = domain.chains().begin; chain < domain.chains().end; ++chain) {
      for (std::int64_t y = domain.rows().begin; y < domain.rows().end; ++y) {
        for (std::int64_t x = domain.columns().begin; x < domain.columns().end; ++x) {
          const std::int64_t entry = ((sweep * kChains + chain) * kLattice.y + y) * kLattice.x + x;
          values.push_back(1.0 / (static_cast<double>(entry) + 3.0));
        }
      }
    }
  }
  return values;
}

std::vector<double> all_entries() {
  std::vector<double> values;
  for (std::uint64_t i = 0; i < kRows * kSites; ++i) values.push_back(1.0 / (static_cast<double>(i) + 3.0));
  return values;
}

void make(const std::filesystem::path& path) { H5File::create(path, comm()).create_dataset("/field", {kRows, 5, 7}); }

// Rectangles of sites of some chains, sweep by sweep apart, written by all ranks for all process grids, are what rows are when they are
// read; and the other way round.
TEST(H5Slab, RectanglesOfChains) {
  const test::SharedFolder folder;
  const std::vector<double> expected = all_entries();
  for (const ProcessGrid& grid : test::process_grids(comm().size(), kLattice, kChains)) {
    const Domain domain(comm(), kLattice, kChains, grid);
    const auto path = folder / "field.h5";
    make(path);
    {
      H5File file = H5File::open_to_write(path, comm());
      file.write_slab("/field", slab_of(domain, 0, 1), entries_of(domain, 0, 1));
      file.write_slab("/field", slab_of(domain, 1, kSweeps - 1), entries_of(domain, 1, kSweeps - 1));
      file.close();
    }
    const H5File file = H5File::open(path, comm());
    EXPECT_EQ(test::different(file.read_all("/field"), expected), 0u) << grid.text();
    const Range rows = share(kRows, comm().size(), comm().rank());
    const std::uint64_t first = unsigned_of(rows.begin), count = unsigned_of(rows.size());
    std::vector<double> part(kSites * count);
    file.read_rows("/field", first, count, part);
    EXPECT_EQ(test::different(part, std::span(expected).subspan(kSites * first, kSites * count)), 0u) << grid.text();
    const Slab slab = slab_of(domain, 1, 2);
    std::vector<double> mine(slab.size());
    file.read_slab("/field", slab, mine);
    EXPECT_EQ(test::different(mine, entries_of(domain, 1, 2)), 0u) << grid.text();
  }
}

// Ranks may have nothing to write or to read.
TEST(H5Slab, Empty) {
  const test::SharedFolder folder;
  const auto path = folder / "field.h5";
  make(path);
  const bool mine = comm().rank() == comm().size() - 1;
  const Slab slab{{2, 1, 0}, {3, 2, 7}, {4, 2, 1}, {mine ? 2u : 0u, 1, 1}};
  EXPECT_EQ(slab.size(), mine ? 84u : 0u);
  const std::vector<double> values = test::some_normals(slab.size(), 1);
  H5File file = H5File::open_to_write(path, comm());
  file.write_slab("/field", slab, values);
  std::vector<double> back(slab.size());
  file.read_slab("/field", slab, back);
  EXPECT_EQ(test::bits(back), test::bits(values));
}

/// What is wrong with a slab of {12, 5, 7}, and the size of the values that come with it.
struct BadSlab {
  Slab slab;
  std::size_t values;
};

// What does not fit, on one rank only, is refused on all before any of them waits inside HDF5, and the file stays.
TEST(H5Slab, Refusals) {
  const test::SharedFolder folder;
  const auto path = folder / "field.h5";
  make(path);
  const Slab good{{0, 0, 0}, {2, 1, 1}, {3, 5, 7}, {1, 5, 7}};
  const std::vector<BadSlab> bad = {
      {good, 69},                                              // fewer values than entries
      {good, 71},                                              // more
      {{{0, 0}, {2, 1}, {3, 5}, {1, 5}}, 10},                  // other axes
      {{{0, 0, 0}, {2, 1, 1}, {3, 5}, {1, 5, 7}}, 70},         // not all of one length
      {{{9, 0, 0}, {2, 1, 1}, {3, 5, 7}, {1, 5, 7}}, 70},      // behind the last row
      {{{0, 0, 1}, {2, 1, 1}, {3, 5, 7}, {1, 5, 7}}, 70},      // over the end of rows
      {{{0, 3, 0}, {2, 2, 1}, {3, 2, 7}, {1, 1, 7}}, 28},      // by a stride
      {{{0, 0, 0}, {2, 1, 1}, {1, 5, 7}, {3, 5, 7}}, 210},     // blocks that overlap
      {{{0, 0, 0}, {2, 1, 1}, {0, 5, 7}, {1, 5, 7}}, 70},      // no stride
      {{{~0ULL, 0, 0}, {2, 1, 1}, {3, 5, 7}, {1, 5, 7}}, 70},  // beyond 64 bits
  };
  for (std::size_t i = 0; i < bad.size(); ++i) {
    const bool mine = comm().rank() == comm().size() - 1;
    const Slab& slab = mine ? bad[i].slab : good;
    std::vector<double> values(mine ? bad[i].values : good.size());
    const auto expect = [&](const test::Caught& error) {
      EXPECT_TRUE(error.agreed) << i;
      EXPECT_EQ(error.code, ExitCode::io) << i << ": " << error.message;
      EXPECT_NE(error.message.find("/field"), std::string::npos) << error.message;
    };
    expect(test::caught([&] { H5File::open(path, comm()).read_slab("/field", slab, values); }));
    expect(test::caught([&] { H5File::open_to_write(path, comm()).write_slab("/field", slab, values); }));
  }
}

}  // namespace
}  // namespace scorefield
