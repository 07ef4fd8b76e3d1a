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

/// The blocks of all components of a chain in a tile.
struct Components {
  Components(Field& field, std::int64_t chain, std::size_t tile, std::int64_t count) : size(static_cast<std::size_t>(count)) {
    for (std::int64_t c = 0; c < count; ++c) blocks[static_cast<std::size_t>(c)] = field.block(chain * count + c, tile);
  }
  operator ComponentBlocks() const { return {blocks.data(), size}; }
  std::array<Block, kMostComponents> blocks;
  std::size_t size;
};

}  // namespace

ComplexLangevin::ComplexLangevin(std::uint64_t seed, const ComplexFieldAction& action, const Settings& settings)
    : seed_(seed), action_(&action), settings_(settings) {}

void ComplexLangevin::copy(Field& from, Field& to, std::int64_t chain, std::size_t tile) const {
  for (std::int64_t c = 0; c < action_->components(); ++c) {
    copy_sites(from.block(chain * action_->components() + c, tile), to.block(chain * action_->components() + c, tile));
  }
}

FieldStep ComplexLangevin::part_of_step(double part) const {
  const double h = part * settings_.step;
  return {h, std::sqrt(2.0 * (1.0 + settings_.noise_y) * h), std::sqrt(2.0 * settings_.noise_y * h)};
}

/// Component c of chain number n has the noise of chain number n C + c of the streams for real and imaginary parts.
void ComplexLangevin::draw(const ChainGroup& group, Workspace& work, std::uint64_t step) const {
  const std::int64_t components = action_->components();
  work.for_blocks([&](std::int64_t chain, std::size_t tile) {
    for (std::int64_t c = 0; c < components; ++c) {
      const bool imaginary = c % 2 == 1;
      if (imaginary && settings_.noise_y == 0.0) continue;
      const RandomKey key{seed_, imaginary ? Stream::complex_noise_im : Stream::complex_noise_re, step};
      const std::int64_t sequence = (group.chains.begin + chain) * (components / 2) + c / 2;
      fill_normals(key, work.domain().lattice(), sequence, work.momenta().block(chain * components + c, tile));
    }
  });
}

std::vector<double> ComplexLangevin::predict(ChainGroup& group, Workspace& work, const std::vector<double>& parts) const {
  const std::int64_t components = action_->components();
  std::vector<double> largest = work.max_blocks([&](std::int64_t chain, std::size_t tile) {
    const double part = parts[static_cast<std::size_t>(chain)];
    if (part == 0.0) return 0.0;
    return action_->predict(Components(group.phi, chain, tile, components), Components(work.momenta(), chain, tile, components),
                            Components(work.backup(), chain, tile, components), part_of_step(part));
  });
  for (double& value : largest) value = std::sqrt(value) * settings_.step;
  return largest;
}

void ComplexLangevin::apply(ChainGroup& group, Workspace& work, std::uint64_t number) const {
  const auto chains = static_cast<std::size_t>(group.chains.size());
  const double most = settings_.largest_drift > 0.0 ? settings_.largest_drift : kFarthest;
  std::vector<double> left(chains, static_cast<double>(settings_.steps)), parts(chains);
  const std::array<Field*, 1> now = {&group.phi}, next = {&work.backup()};
  const std::int64_t components = action_->components();
  for (std::int64_t step = 0; std::any_of(left.begin(), left.end(), [](double l) { return l > 0.0; }); ++step) {
    if (step == kMostSteps) throw NumericalError("an update of a chain of complex Langevin needs more than 2^20 steps");
    draw(group, work, number * static_cast<std::uint64_t>(kMostSteps) + static_cast<std::uint64_t>(step));
    work.exchange(now);
    for (std::size_t i = 0; i < chains; ++i) parts[i] = std::min(1.0, left[i]);
    const std::vector<double> largest = predict(group, work, parts);
    bool shorter = false;
    for (std::size_t i = 0; i < chains; ++i) {
      if (largest[i] <= most) continue;
      const double part = std::exp2(std::floor(std::log2(most / largest[i])));
      if (settings_.largest_drift == 0.0 || !(part >= kShortest)) {
        throw NumericalError(formatted("a chain of complex Langevin has run away: its drift times generate.step is %.3g", largest[i]));
      }
      shorter = shorter || part < parts[i];
      parts[i] = std::min(part, parts[i]);
    }
    if (shorter) predict(group, work, parts);
    if (settings_.scheme == LangevinScheme::second_order) work.exchange(next);
    work.for_blocks([&](std::int64_t chain, std::size_t tile) {
      const double part = parts[static_cast<std::size_t>(chain)];
      if (part == 0.0) return;
      if (settings_.scheme == LangevinScheme::euler) return copy(work.backup(), group.phi, chain, tile);
      action_->correct(Components(group.phi, chain, tile, components), Components(work.momenta(), chain, tile, components),
                       Components(work.backup(), chain, tile, components), part_of_step(part));
    });
    for (std::size_t i = 0; i < chains; ++i) left[i] -= parts[i];
  }
}

}  // namespace scorefield
