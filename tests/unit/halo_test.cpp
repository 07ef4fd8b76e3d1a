#include "lattice/halo.h"

#include <gtest/gtest.h>

#include "lattice_support.h"

namespace scorefield {
namespace {

const Comm& comm() { return test::world(); }

const std::vector<Extents> kLattices = {{2, 2}, {2, 5}, {3, 7}, {32, 32}, {5, 33}};
constexpr std::int64_t kChains = 3;
constexpr double kUnset = -1.0;

/// Two fields over the ranks, and what numbers must be where.
struct Numbered {
  Numbered(const Extents& lattice, const test::Cut& cut)
      : domain(comm(), lattice, kChains, cut.grid),
        layout(make_layout(domain, cut.tiles, cut.depth)),
        mine(domain.chains().size()),
        fields{Field(domain, layout, mine), Field(domain, layout, mine)},
        pointers{fields.data(), fields.data() + 1},
        halo(domain, layout),
        transfer(domain.comm()) {}

  /// The number of a site, anywhere around the lattice.
  double number(std::size_t field, std::int64_t chain, std::int64_t y, std::int64_t x) const {
    const Extents& lattice = domain.lattice();
    const std::int64_t row = (y + 2 * lattice.y) % lattice.y, column = (x + 10 * lattice.x) % lattice.x;
    return static_cast<double>(1 + ((static_cast<std::int64_t>(field) * kChains + chain) * lattice.y + row) * lattice.x + column);
  }

  /// Calls action(number as it must be, number as it is, whether it is a ghost) for all sites and ghosts of a tile.
  template <class Action>
  void for_tile(std::size_t field, std::int64_t chain, std::size_t tile, const Action& action) {
    const Block block = fields[field].block(chain, tile);
    const std::int64_t depth = layout.depth, aside = block.wraps ? 0 : depth;
    for (std::int64_t y = -depth; y < block.rows + depth; ++y) {
      for (std::int64_t x = -aside; x < block.columns + aside; ++x) {
        const bool ghost = y < 0 || y >= block.rows || x < 0 || x >= block.columns;
        action(number(field, domain.chains().begin + chain, block.first_row + y, block.first_column + x), block.sites(y)[x], ghost);
      }
    }
  }

  template <class Action>
  void for_tiles(const Action& action) {
    for (std::size_t field = 0; field < fields.size(); ++field) {
      for (std::int64_t chain = 0; chain < mine; ++chain) {
        for (std::size_t tile = 0; tile < layout.tiles.size(); ++tile) action(field, chain, tile);
      }
    }
  }

  /// Sites have their numbers, ghosts none.
  void fill() {
    for_tiles([&](std::size_t field, std::int64_t chain, std::size_t tile) {
      for_tile(field, chain, tile, [](double expected, double& value, bool ghost) { value = ghost ? kUnset : expected; });
    });
  }

  /// Sites and ghosts of a tile that do not have their numbers.
  std::int64_t wrong_in(std::size_t field, std::int64_t chain, std::size_t tile) {
    std::int64_t wrong = 0;
    for_tile(field, chain, tile, [&](double expected, double value, bool) { wrong += value == expected ? 0 : 1; });
    return wrong;
  }

  Domain domain;
  Layout layout;
  std::int64_t mine;
  std::vector<Field> fields;
  std::vector<Field*> pointers;
  Halo halo;
  HaloTransfer transfer;
};

/// Calls action(lattice, cut, text for messages) for all lattices and cuts.
template <class Action>
void for_all(const Action& action) {
  for (const Extents& lattice : kLattices) {
    for (const test::Cut& cut : test::cuts(comm().size(), lattice, kChains)) {
      action(lattice, cut, std::to_string(lattice.y) + " x " + std::to_string(lattice.x) + ", " + cut.text());
    }
  }
}

/// The sum over all ranks, so that all of them see a failure of one. Collective.
std::int64_t on_all_ranks(std::int64_t wrong) {
  comm().sum(std::span(&wrong, 1));
  return wrong;
}

// Every ghost of every tile, chain and field has the number of its site, in the corners too; sites keep theirs. Twice: buffers and
// messages are used again.
TEST(Halo, EveryGhost) {
  for_all([](const Extents& lattice, const test::Cut& cut, const std::string& text) {
    Numbered all(lattice, cut);
    for (int time = 0; time < 2; ++time) {
      all.fill();
      all.halo.exchange(all.pointers, {0, all.mine}, all.transfer);
      std::int64_t wrong = 0;
      all.for_tiles([&](auto field, auto chain, auto tile) { wrong += all.wrong_in(field, chain, tile); });
      EXPECT_EQ(on_all_ranks(wrong), 0) << text;
    }
  });
}

// Between begin and end, tiles that do not wait have all their ghosts and may be overwritten: the others' ghosts are those of before.
TEST(Halo, TilesThatDoNotWaitCanBeWorkedOn) {
  for_all([](const Extents& lattice, const test::Cut& cut, const std::string& text) {
    Numbered all(lattice, cut);
    all.fill();
    all.halo.begin(all.pointers, {0, all.mine}, all.transfer);
    std::int64_t wrong = 0, waiting = 0;
    all.for_tiles([&](auto field, auto chain, auto tile) {
      if (all.halo.waits(tile)) return;
      wrong += all.wrong_in(field, chain, tile);
      all.for_tile(field, chain, tile, [](double, double& value, bool) { value = -7.0; });
    });
    all.halo.end(all.pointers, {0, all.mine}, all.transfer);
    all.for_tiles([&](auto field, auto chain, auto tile) {
      if (!all.halo.waits(tile)) return;
      ++waiting;
      wrong += all.wrong_in(field, chain, tile);
    });
    EXPECT_EQ(on_all_ranks(wrong), 0) << text;
    EXPECT_EQ(waiting, all.domain.grid().y == 1 ? 0 : 2 * all.mine * std::min<std::int64_t>(cut.tiles, 2)) << text;
  });
}

// Only the chains that are asked for, and only the fields.
TEST(Halo, OtherChainsAndFieldsAreLeftAlone) {
  for_all([](const Extents& lattice, const test::Cut& cut, const std::string& text) {
    Numbered all(lattice, cut);
    all.fill();
    const Range one{all.mine - 1, all.mine};
    all.halo.exchange(std::span(all.pointers).first(1), one, all.transfer);
    std::int64_t wrong = 0;
    all.for_tiles([&](auto field, auto chain, auto tile) {
      if (field == 0 && chain == one.begin) {
        wrong += all.wrong_in(field, chain, tile);
      } else {
        all.for_tile(field, chain, tile, [&](double, double value, bool ghost) { wrong += ghost && value != kUnset ? 1 : 0; });
      }
    });
    EXPECT_EQ(on_all_ranks(wrong), 0) << text;
  });
}

}  // namespace
}  // namespace scorefield
