#include "lattice/geometry.h"

#include <algorithm>
#include <utility>

namespace scorefield {
namespace {

/// The largest divisor of `number` that is at most `limit`.
std::int64_t divisor(std::int64_t number, std::int64_t limit) {
  for (std::int64_t d = std::min(number, limit); d > 1; --d) {
    if (number % d == 0) return d;
  }
  return 1;
}

Comm comm_of_replica(const Comm& world, const ProcessGrid& grid) { return world.split(static_cast<int>(world.rank() / (grid.y * grid.x))); }

}  // namespace

std::string ProcessGrid::text() const {
  return std::to_string(replicas) + (replicas == 1 ? " replica of " : " replicas of ") + std::to_string(y) + " x " + std::to_string(x) +
         (y * x == 1 ? " rank" : " ranks");
}

ProcessGrid choose_grid(int ranks, const Extents& lattice, std::int64_t chains, const ProcessGrid& wanted) {
  ProcessGrid grid = wanted;
  const auto fits = [&] { return grid.replicas * grid.y * grid.x == ranks; };
  const std::int64_t given = std::max<std::int64_t>(1, wanted.y) * std::max<std::int64_t>(1, wanted.x);
  if (grid.replicas == 0) grid.replicas = divisor(std::max<std::int64_t>(1, ranks / given), chains);
  const std::int64_t a_replica = ranks / grid.replicas;
  if (grid.y == 0) grid.y = divisor(std::max<std::int64_t>(1, a_replica / std::max<std::int64_t>(1, grid.x)), lattice.y);
  if (grid.x == 0) grid.x = std::max<std::int64_t>(1, a_replica / grid.y);
  const std::string what = std::to_string(ranks) + (ranks == 1 ? " rank" : " ranks") + " cannot be " + grid.text();
  if (!fits()) throw InputError(what + ": replicas times ranks must be all ranks");
  if (grid.replicas > chains) throw InputError(what + ": there are only " + std::to_string(chains) + " chains");
  if (grid.y > lattice.y || grid.x > lattice.x) {
    throw InputError(what + ": the lattice has only " + std::to_string(lattice.y) + " x " + std::to_string(lattice.x) + " sites");
  }
  return grid;
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
