#include "ensemble/complex_langevin.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "ensemble/langevin.h"
#include "ensemble/momenta.h"

namespace scorefield {
namespace {

constexpr std::size_t kMostComponents = 4;
constexpr double kShortest = 0x1p-40;  // part of a step: a chain that needs a shorter one has run away
constexpr double kFarthest = 1e6;      // that a drift may carry a site where all steps have one length

using Blocks = std::array<Block, kMostComponents>;

/// One tile of one chain, all components.
struct Tile {
  Blocks z, noise, next;
};

/// An update on its way. Its steps are collective over the ranks that share the chains.
class Steps {
 public:
  Steps(std::uint64_t seed, const ComplexFieldAction& action, const ComplexLangevin::Settings& settings, ChainGroup& group, Workspace& work)
      : seed_(seed),
        action_(&action),
        settings_(&settings),
        group_(&group),
        work_(&work),
        components_(action.components()),
        tiles_(work.tiles()),
        left_(static_cast<std::size_t>(group.chains.size()), static_cast<double>(settings.steps)),
        parts_(left_.size()),
        places_(left_.size() * tiles_) {
    for (std::size_t i = 0; i < places_.size(); ++i) {
      for (std::int64_t c = 0; c < components_; ++c) {
        const std::int64_t layer = static_cast<std::int64_t>(i / tiles_) * components_ + c;
        const auto at = static_cast<std::size_t>(c);
        places_[i].z[at] = group.phi.block(layer, i % tiles_);
        places_[i].noise[at] = work.momenta().block(layer, i % tiles_);
        places_[i].next[at] = work.backup().block(layer, i % tiles_);
      }
    }
  }

  bool are_left() const {
    return std::any_of(left_.begin(), left_.end(), [](double l) { return l > 0.0; });
  }

  /// Each chain by one step, or what is left, or a part of it; those that have arrived stay.
  void make_one(std::uint64_t number) {
    const std::array<Field*, 1> now = {&group_->phi}, next = {&work_->backup()};
    draw(number);
    work_->exchange(now);
    for (std::size_t i = 0; i < left_.size(); ++i) parts_[i] = std::min(1.0, left_[i]);
    if (shorten(predict())) predict();
    if (settings_->scheme == LangevinScheme::second_order) {
      work_->exchange(next);
      correct();
    } else {
      accept();
    }
    for (std::size_t i = 0; i < left_.size(); ++i) left_[i] -= parts_[i];
  }

 private:
  /// Component c of chain number n has the noise of chain number n C + c of the streams for real and imaginary parts.
  void draw(std::uint64_t number) const {
    const Extents& lattice = work_->domain().lattice();
    for_tiles([&](std::size_t chain, const Tile& tile) {
      for (std::int64_t c = 0; c < components_ && left_[chain] > 0.0; ++c) {
        const bool imaginary = c % 2 == 1;
        if (imaginary && settings_->noise_y == 0.0) continue;
        const RandomKey key{seed_, imaginary ? Stream::complex_noise_im : Stream::complex_noise_re, number};
        const std::int64_t sequence = (group_->chains.begin + static_cast<std::int64_t>(chain)) * (components_ / 2) + c / 2;
        fill_normals(key, lattice, sequence, tile.noise[static_cast<std::size_t>(c)]);
      }
    });
  }

  /// The largest |K| generate.step of each chain that is moved, all ranks'.
  std::vector<double> predict() const {
    std::vector<double> largest = work_->max_blocks([&](std::int64_t chain, std::size_t tile) {
      const auto i = static_cast<std::size_t>(chain);
      if (parts_[i] == 0.0) return 0.0;
      const Tile& at = places_[i * tiles_ + tile];
      return action_->predict(all(at.z), all(at.noise), all(at.next), part_of_step(parts_[i]));
    });
    for (double& value : largest) value = std::sqrt(value) * settings_->step;
    return largest;
  }

  /// True if a part has become shorter.
  bool shorten(const std::vector<double>& largest) {
    const double most = settings_->largest_drift > 0.0 ? settings_->largest_drift : kFarthest;
    bool shorter = false;
    for (std::size_t i = 0; i < largest.size(); ++i) {
      if (largest[i] <= most) continue;
      const double part = std::exp2(std::floor(std::log2(most / largest[i])));
      if (settings_->largest_drift == 0.0 || !(part >= kShortest)) {
        throw NumericalError(formatted("chain %lld of complex Langevin has run away: its largest |K| times generate.step is %.3g, ",
                                       static_cast<long long>(group_->chains.begin) + static_cast<long long>(i), largest[i]) +
                             (settings_->largest_drift == 0.0 ? "and generate.largest-drift = 0 lets all steps have one length"
                                                              : "more than 2^40 times generate.largest-drift"));
      }
      shorter = shorter || part < parts_[i];
      parts_[i] = std::min(part, parts_[i]);
    }
    return shorter;
  }

  void correct() const {
    for_tiles([&](std::size_t chain, const Tile& tile) {
      if (parts_[chain] > 0.0) action_->correct(all(tile.z), all(tile.noise), all(tile.next), part_of_step(parts_[chain]));
    });
  }

  void accept() const {
    for_tiles([&](std::size_t chain, const Tile& tile) {
      for (std::size_t c = 0; c < all(tile.z).size() && parts_[chain] > 0.0; ++c) copy_sites(tile.next[c], tile.z[c]);
    });
  }

  template <class Action>
  void for_tiles(const Action& action) const {
    work_->for_blocks([&](std::int64_t chain, std::size_t tile) {
      const auto i = static_cast<std::size_t>(chain);
      action(i, places_[i * tiles_ + tile]);
    });
  }

  ComponentBlocks all(const Blocks& blocks) const { return {blocks.data(), static_cast<std::size_t>(components_)}; }

  FieldStep part_of_step(double part) const {
    const double h = part * settings_->step;
    return {h, std::sqrt(2.0 * (1.0 + settings_->noise_y) * h), std::sqrt(2.0 * settings_->noise_y * h)};
  }

  std::uint64_t seed_;
  const ComplexFieldAction* action_;
  const ComplexLangevin::Settings* settings_;
  ChainGroup* group_;
  Workspace* work_;
  std::int64_t components_;
  std::size_t tiles_;
  std::vector<double> left_;   ///< steps each chain has yet to go
  std::vector<double> parts_;  ///< what each makes of one now
  std::vector<Tile> places_;   ///< [chain][tile]
};

}  // namespace

ComplexLangevin::ComplexLangevin(std::uint64_t seed, const ComplexFieldAction& action, const Settings& settings)
    : seed_(seed), action_(&action), settings_(settings) {}

void ComplexLangevin::apply(ChainGroup& group, Workspace& work, std::uint64_t number) const {
  Steps steps(seed_, *action_, settings_, group, work);
  const auto most = static_cast<std::uint64_t>(kMostSteps);
  for (std::uint64_t step = 0; steps.are_left(); ++step) {
    if (step == most) throw NumericalError("an update of a chain of complex Langevin needs more than 2^20 steps");
    steps.make_one(number * most + step);
  }
}

}  // namespace scorefield
