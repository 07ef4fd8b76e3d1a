#include "lattice/geometry.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace scorefield {
namespace {

/// Calls use(n) for the wanted number, or for all that divide `all` up to `most`, the largest first, until it returns true.
template <class Use>
bool try_numbers(std::int64_t wanted, std::int64_t all, std::int64_t most, const Use& use) {
  for (std::int64_t n = wanted > 0 ? wanted : std::min(all, most); n >= std::max<std::int64_t>(wanted, 1); --n) {
    if (all % n == 0 && use(n)) return true;
  }
  return false;
}

/// InputError that says what of a grid does not fit.
void check_grid(int ranks, const Extents& lattice, std::int64_t chains, const ProcessGrid& grid) {
  const std::string what = counted(ranks, "rank") + " cannot be " + grid.text();
  if (grid.replicas * grid.y * grid.x != ranks) throw InputError(what + ": replicas times ranks must be all ranks");
  if (grid.replicas > chains) throw InputError(what + ": there are only " + std::to_string(chains) + " chains");
  if (grid.y > lattice.y || grid.x > lattice.x) {
    throw InputError(what + ": the lattice has only " + std::to_string(lattice.y) + " x " + std::to_string(lattice.x) + " sites");
  }
}

Comm comm_of_replica(const Comm& world, const ProcessGrid& grid) { return world.split(static_cast<int>(world.rank() / (grid.y * grid.x))); }

}  // namespace

std::string ProcessGrid::text() const {
  return counted(replicas, "replica") + " of " + std::to_string(y) + " x " + std::to_string(x) + (y * x == 1 ? " rank" : " ranks");
}

ProcessGrid choose_grid(int ranks, const Extents& lattice, std::int64_t chains, const ProcessGrid& wanted) {
  if (wanted.replicas > 0 && wanted.y > 0 && wanted.x > 0) {
    check_grid(ranks, lattice, chains, wanted);
    return wanted;
  }
  ProcessGrid grid;
  const bool found = try_numbers(wanted.replicas, ranks, chains, [&](std::int64_t replicas) {
    const std::int64_t a_replica = ranks / replicas;
    return replicas <= chains && try_numbers(wanted.y, a_replica, lattice.y, [&](std::int64_t y) {
             grid = {replicas, y, a_replica / y};
             return y <= lattice.y && grid.x <= lattice.x && (wanted.x == 0 || grid.x == wanted.x);
           });
  });
  if (found) return grid;
  const auto number = [](std::int64_t n) { return std::to_string(n); };
  throw InputError(counted(ranks, "rank") + " cannot be shared by up to " + number(chains) + " replicas of up to " + number(lattice.y) +
                   " x " + number(lattice.x) + " ranks with lattice.process-grid = " + number(wanted.replicas) + ", " + number(wanted.y) +
                   ", " + number(wanted.x));
}

Domain::Domain(const Comm& world, const Extents& lattice, std::int64_t chains, const ProcessGrid& grid)
    : lattice_(lattice),
      grid_(grid),
      comm_(comm_of_replica(world, grid)),
      chains_(share(chains, static_cast<int>(grid.replicas), static_cast<int>(world.rank() / (grid.y * grid.x)))),
      rows_(rows_of(comm_.rank())),
      columns_(columns_of(comm_.rank())) {}

int Domain::neighbour(int dy, int dx) const {
  const std::int64_t y = (comm_.rank() / grid_.x + dy + grid_.y) % grid_.y;
  const std::int64_t x = (comm_.rank() % grid_.x + dx + grid_.x) % grid_.x;
  return static_cast<int>(y * grid_.x + x);
}

Range Domain::rows_of(int rank) const { return share(lattice_.y, static_cast<int>(grid_.y), static_cast<int>(rank / grid_.x)); }

Range Domain::columns_of(int rank) const { return share(lattice_.x, static_cast<int>(grid_.x), static_cast<int>(rank % grid_.x)); }

}  // namespace scorefield
