// How a drift that couples nearest neighbours goes over the blocks of a complexified field. Only the actions' sources include this.
#pragma once

#include <algorithm>
#include <array>
#include <limits>

#include "physics/complex_field_action.h"

namespace scorefield {

/// A site (or a vector of sites) and its neighbours, all components.
template <class Number, std::size_t components>
struct Stencil {
  using Numbers = std::array<Number, components>;
  Numbers here, left, right, up, down;  ///< x, x-1, x+1, y-1, y+1
};

/// Calls action(y, j, mask, K) for all vectors j of all rows, K the drift of the sites there, those in `mask` being the block's.
template <std::size_t components, class Drift, class Action>
inline void sweep(ComponentBlocks field, const Drift& drift, const Action& action) {
  const Block& shape = field[0];
  const std::int64_t last = shape.vectors() - 1;
  const Bits end = shape.last_lanes(), all = ~Bits{};
  for (std::int64_t y = 0; y < shape.rows; ++y) {
    for (std::int64_t j = 0; j <= last; ++j) {
      Stencil<Vec, components> at;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
      for (std::size_t c = 0; c < components; ++c) {
        const Vec* row = field[c].row(y) + shape.first;
        const Vec before = j > 0 || !shape.wraps ? row[j - 1] : row[last], after = j < last || !shape.wraps ? row[j + 1] : row[0];
        at.here[c] = row[j];
        at.left[c] = left_of(before, row[j]);
        at.right[c] = right_of(row[j], after);
        at.up[c] = field[c].row(y - 1)[shape.first + j];
        at.down[c] = field[c].row(y + 1)[shape.first + j];
      }
      action(y, j, j < last ? all : end, drift(at));
    }
  }
}

/// An action from its drift: a stencil of doubles or Vecs -> the drift of the components. `Model::components` is even.
template <class Model>
class SweptAction : public ComplexFieldAction {
 public:
  static constexpr std::size_t kComponents = Model::kComponents;
  explicit SweptAction(const Model& model) : model_(model) {}

  std::int64_t components() const override { return static_cast<std::int64_t>(kComponents); }

  double predict(ComponentBlocks z, ComponentBlocks noise, ComponentBlocks next, const FieldStep& step) const override {
    const Vec h = broadcast(step.h);
    Vec largest{};
    Bits finite = ~Bits{};
    const Model model = model_;  // which no store can alias
    sweep<kComponents>(z, model, [&](std::int64_t y, std::int64_t j, Bits mask, const Numbers& k) {
      const std::int64_t at = z[0].first + j;
      for (std::size_t c = 0; c < kComponents; ++c) {
        const Vec moved = fused(root_of_component(step, c), noise[c].row(y)[at], z[c].row(y)[at]);
        next[c].row(y)[at] = fused(h, k[c], moved);
      }
      for (std::size_t c = 0; c < kComponents; c += 2) {
        const Vec square = select(mask, fused(k[c], k[c], k[c + 1] * k[c + 1]), Vec{});
        largest = select((Bits)(square <= largest), largest, square);
        finite &= (Bits)(square <= std::numeric_limits<double>::max());
      }
    });
    return any(~finite) ? std::numeric_limits<double>::infinity() : largest_lane(largest);
  }

  void correct(ComponentBlocks z, ComponentBlocks noise, ComponentBlocks next, const FieldStep& step) const override {
    const Vec h = broadcast(step.h);
    const Model model = model_;
    sweep<kComponents>(next, model, [&](std::int64_t y, std::int64_t j, Bits, const Numbers& k) {
      const std::int64_t at = z[0].first + j;
      for (std::size_t c = 0; c < kComponents; ++c) {
        Vec& number = z[c].row(y)[at];
        number = 0.5 * fused(h, k[c], fused(root_of_component(step, c), noise[c].row(y)[at], number + next[c].row(y)[at]));
      }
    });
  }

  void drift(const Extents& lattice, std::span<const double> z, std::span<double> k) const override {
    const auto sites = static_cast<std::size_t>(lattice.sites());
    for_stencils(lattice, z, [&](std::size_t site, const Stencil<double, kComponents>& at) {
      const auto result = model_(at);
      for (std::size_t c = 0; c < kComponents; ++c) k[c * sites + site] = result[c];
    });
  }

  std::vector<std::complex<double>> observables(const Extents& lattice, std::span<const double> z) const override {
    std::vector<std::complex<double>> sums(Model::kObservables, 0.0);
    for_stencils(lattice, z, [&](std::size_t, const Stencil<double, kComponents>& at) {
      const auto values = model_.observables(at);
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += values[i];
    });
    for (auto& sum : sums) sum /= static_cast<double>(lattice.sites());
    return sums;
  }

  std::vector<std::string> observable_names() const override {
    const auto names = Model::names();
    return {names.begin(), names.end()};
  }

 private:
  using Numbers = typename Stencil<Vec, kComponents>::Numbers;

  /// Calls action(site, stencil) for all sites of arrays [component][y][x].
  template <class Action>
  static void for_stencils(const Extents& lattice, std::span<const double> z, const Action& action) {
    const auto at = [&](std::size_t c, std::int64_t y, std::int64_t x) {
      return z[static_cast<std::size_t>((static_cast<std::int64_t>(c) * lattice.y + y) * lattice.x + x)];
    };
    for (std::int64_t y = 0; y < lattice.y; ++y) {
      const std::int64_t above = (y + lattice.y - 1) % lattice.y, below = (y + 1) % lattice.y;
      for (std::int64_t x = 0; x < lattice.x; ++x) {
        const std::int64_t before = (x + lattice.x - 1) % lattice.x, after = (x + 1) % lattice.x;
        Stencil<double, kComponents> site{};
        for (std::size_t c = 0; c < kComponents; ++c) {
          site.here[c] = at(c, y, x);
          site.left[c] = at(c, y, before);
          site.right[c] = at(c, y, after);
          site.up[c] = at(c, above, x);
          site.down[c] = at(c, below, x);
        }
        action(static_cast<std::size_t>(y * lattice.x + x), site);
      }
    }
  }

  static Vec root_of_component(const FieldStep& step, std::size_t c) { return broadcast(c % 2 == 0 ? step.root_re : step.root_im); }

  static double largest_lane(Vec values) {
    double largest = 0.0;
    for (int lane = 0; lane < kLanes; ++lane) largest = std::max(largest, values[lane]);
    return largest;
  }

  Model model_;
};

}  // namespace scorefield
