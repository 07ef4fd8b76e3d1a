#include "physics/phi4.h"

#include <algorithm>
#include <array>
#include <utility>

namespace scorefield {
namespace {

/// Coefficients of one kick, and of the drift after it: pi += hop (neighbours) + phi (mass + quartic phi^2); phi += drift pi.
struct KickDrift {
  Vec hop, mass, quartic, drift;
};

/// Which vectors of a row are worked on (all, with what lies in front and behind), and where the row's ends find their neighbours.
struct RowShape {
  explicit RowShape(const Block& block) : vectors(block.stride), wraps(block.wraps) {}
  Vec before(const Vec* row) const { return wraps ? row[vectors - 1] : Vec{}; }
  Vec after(const Vec* row) const { return wraps ? row[0] : Vec{}; }
  std::int64_t vectors;
  bool wraps;
};

/// A row as its vectors pass by, with the neighbours at its ends.
struct Cursor {
  Cursor(const Vec* begin, const RowShape& shape) : row(begin), end(shape.after(begin)), left(shape.before(begin)), here(begin[0]) {}
  void step(Vec next) {
    left = here;
    here = next;
  }
  const Vec* row;
  Vec end, left, here;
};

/// pi + hop (sum of neighbours) + phi (mass + quartic phi^2), always in this order.
inline Vec kicked(Vec pi, Vec left, Vec here, Vec right, Vec up, Vec down, const KickDrift& c) {
  const Vec neighbours = (left_of(left, here) + right_of(here, right)) + (up + down);
  const Vec local = fused(c.quartic, here * here, c.mass);
  return fused(c.hop, neighbours, fused(here, local, pi));
}

/// Kicks row y. With `drifts`, also drifts the row above, whose old value is needed here for the last time: so each is loaded once a stage.
template <bool drifts>
inline void kick_row(const Block& phi, const Block& pi, std::int64_t y, const RowShape& shape, const KickDrift& c) {
  Vec* __restrict above = phi.row(y - 1), * __restrict momenta = pi.row(y);
  const Vec* __restrict below = phi.row(y + 1), * __restrict momenta_above = pi.row(y - 1);
  Cursor at(phi.row(y), shape);
  const auto work = [&](std::int64_t j, Vec right) {
    const Vec up = above[j];
    momenta[j] = kicked(momenta[j], at.left, at.here, right, up, below[j], c);
    if constexpr (drifts) above[j] = fused(c.drift, momenta_above[j], up);
    at.step(right);
  };
  for (std::int64_t j = 0; j + 1 < shape.vectors; ++j) work(j, at.row[j + 1]);
  work(shape.vectors - 1, at.end);
}

inline void drift_row(const Block& phi, const Block& pi, std::int64_t y, const RowShape& shape, const KickDrift& c) {
  Vec* __restrict row = phi.row(y);
  const Vec* __restrict momenta = pi.row(y);
  for (std::int64_t j = 0; j < shape.vectors; ++j) row[j] = fused(c.drift, momenta[j], row[j]);
}

/// What a stage does that works on rows [low, high) when the front is at row y: at `high`, only what is left to drift.
inline void advance(const Block& phi, const Block& pi, std::int64_t y, std::int64_t low, std::int64_t high, const RowShape& shape,
                    const KickDrift& c) {
  if (y > low && y < high) {
    kick_row<true>(phi, pi, y, shape, c);
  } else if (y == low) {
    kick_row<false>(phi, pi, y, shape, c);
  } else if (y == high) {
    drift_row(phi, pi, high - 1, shape, c);
  }
}

/// Calls action(j) for the constants j, so that what they index can stay in registers.
template <class Action, std::size_t... j>
inline void for_constants(const Action& action, std::index_sequence<j...>) {
  (action(std::integral_constant<std::size_t, j>()), ...);
}

/// Rows of `width` vectors pass by from the first to the last of a block, in registers, each with the one above and the one below it.
/// Calls action(y, j, left, here, right, up, down) for the vectors of each, which may then be written to: a site is loaded once.
template <std::size_t width, class Action>
inline void for_passing_rows(const Block& phi, const Action& action) {
  constexpr auto kRow = std::make_index_sequence<width>();
  std::array<Vec, width> above, here, below;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
  for_constants(
      [&](auto j) {
        above[j] = phi.row(-1)[j];
        here[j] = phi.row(0)[j];
      },
      kRow);
  for (std::int64_t y = 0; y < phi.rows; ++y) {
    const Vec* next = phi.row(y + 1);
    for_constants(
        [&](auto j) {
          below[j] = next[j];
          action(y, j, here[(j + width - 1) % width], here[j], here[(j + 1) % width], above[j], below[j]);
        },
        kRow);
    above = here;
    here = below;
  }
}

/// One stage on a block that wraps and has `width` vectors a row.
template <std::size_t width>
void evolve_narrow(const Block& phi, const Block& pi, const KickDrift& c) {
  const KickDrift by = c;
  for_passing_rows<width>(phi, [&](std::int64_t y, std::size_t j, Vec left, Vec here, Vec right, Vec up, Vec down) {
    Vec& momenta = pi.row(y)[j];
    momenta = kicked(momenta, left, here, right, up, down, by);
    phi.row(y)[j] = fused(by.drift, momenta, here);
  });
}

/// Calls work(width) with the vectors of a row as a constant, for blocks that wrap and are as narrow as this pays for.
template <class Work>
bool if_narrow(const Block& block, const Work& work) {
  if (!block.wraps) return false;
  switch (block.stride) {
    case 1: work(std::integral_constant<std::size_t, 1>()); return true;
    case 2: work(std::integral_constant<std::size_t, 2>()); return true;
    case 4: work(std::integral_constant<std::size_t, 4>()); return true;
    case 8: work(std::integral_constant<std::size_t, 8>()); return true;
    default: return false;
  }
}

/// Coefficients of the action of a site, with half of each of its four bonds: phi^2 (mass + quartic phi^2) + phi hop (neighbours).
struct Density {
  Vec hop, mass, quartic;
  Vec operator()(Vec left, Vec here, Vec right, Vec up, Vec down) const {
    const Vec neighbours = (left_of(left, here) + right_of(here, right)) + (up + down);
    const Vec local = fused(quartic, here * here, mass);
    return here * fused(here, local, hop * neighbours);
  }
};

}  // namespace

/// A front of rows moves down the block; each stage follows two rows behind the one before it, so that the rows in use stay in the
/// cache however large the block is. Stage s of n also works on n-1-s ghost rows to either side, which later stages need.
void Phi4::evolve(const Block& phi, const Block& pi, std::span<const Stage> stages) const {
  const RowShape shape(phi);
  KickDrift c[kLanes];
  const auto n = static_cast<std::int64_t>(stages.size());
  for (std::int64_t s = 0; s < n; ++s) {
    const auto [kick, drift] = stages[static_cast<std::size_t>(s)];
    c[s] = {broadcast(2.0 * kick * kappa_), broadcast(-2.0 * kick * square_), broadcast(-4.0 * kick * lambda_), broadcast(drift)};
  }
  if (n == 1 && if_narrow(phi, [&](auto width) { evolve_narrow<width>(phi, pi, c[0]); })) return;
  for (std::int64_t front = 1 - n; front <= phi.rows + 2 * (n - 1); ++front) {
    for (std::int64_t s = 0; s < n; ++s) {
      const std::int64_t more = n - 1 - s;
      advance(phi, pi, front - 2 * s, -more, phi.rows + more, shape, c[s]);
    }
  }
}

FixedSum Phi4::value(const Block& phi) const {
  const Density density{broadcast(-kappa_), broadcast(square_), broadcast(lambda_)};
  FixedSum sum;
  FixedLanes lanes;
  const auto add_passing = [&](auto width) {
    for_passing_rows<width>(phi, [&](std::int64_t, std::size_t, Vec left, Vec here, Vec right, Vec up, Vec down) {
      lanes.add(density(left, here, right, up, down));
    });
  };
  if (phi.rows * phi.stride <= FixedLanes::kMost && if_narrow(phi, add_passing)) return sum += lanes.take();
  const std::int64_t last = phi.vectors() - 1;
  const Bits mask = phi.last_lanes();
  for (std::int64_t y = 0; y < phi.rows; ++y) {
    const Vec *above = phi.row(y - 1) + phi.first, *middle = phi.row(y) + phi.first, *below = phi.row(y + 1) + phi.first;
    Vec left = phi.wraps ? middle[last] : middle[-1], here = middle[0];
    for (std::int64_t j = 0; j < last; ++j) {
      const Vec right = middle[j + 1];
      lanes.add(density(left, here, right, above[j], below[j]));
      if (lanes.added() >= FixedLanes::kMost) sum += lanes.take();
      left = here;
      here = right;
    }
    lanes.add(density(left, here, phi.wraps ? middle[0] : middle[last + 1], above[last], below[last]), mask);
    if (lanes.added() >= FixedLanes::kMost) sum += lanes.take();
  }
  return sum += lanes.take();
}

std::unique_ptr<LatticeAction> make_lattice_action(const ModelParams& model) {
  if (model.name == "phi4") return std::make_unique<Phi4>(model.kappa, model.lambda);
  if (model.name == "gaussian-field") return std::make_unique<Phi4>(model.kappa, 0.0);
  throw InputError("model " + model.name + " is not one on a lattice");
}

}  // namespace scorefield
