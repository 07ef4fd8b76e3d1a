#include "ensemble/langevin.h"

#include <algorithm>
#include <cmath>

#include "ensemble/momenta.h"

namespace scorefield {
namespace {

/// pi = (pi + old)/2 and old = pi as it was.
void average(const Block& pi, const Block& old) {
  for (std::int64_t i = 0; i < pi.rows * pi.stride; ++i) {
    const Vec next = pi.row(0)[i];
    pi.row(0)[i] = 0.5 * (next + old.row(0)[i]);
    old.row(0)[i] = next;
  }
}

}  // namespace

Langevin::Langevin(std::uint64_t seed, double epsilon, std::int64_t steps, LangevinScheme scheme)
    : seed_(seed), stage_{std::sqrt(0.5 * epsilon), std::sqrt(2.0 * epsilon)}, steps_(steps), scheme_(scheme) {}

void Langevin::draw(ChainGroup& group, Workspace& work, Field& noise, std::uint64_t step) const {
  work.for_blocks([&](std::int64_t chain, std::size_t tile) {
    fill_normals({seed_, Stream::langevin_noise, step}, work.domain().lattice(), group.chains.begin + chain, noise.block(chain, tile));
  });
}

void Langevin::apply(ChainGroup& group, Workspace& work, std::uint64_t number) const {
  const bool averages = scheme_ == LangevinScheme::second_order;
  const std::uint64_t first = number * static_cast<std::uint64_t>(steps_);
  if (averages) draw(group, work, work.backup(), first);
  for (std::uint64_t step = first; step < first + static_cast<std::uint64_t>(steps_); ++step) {
    draw(group, work, work.momenta(), averages ? step + 1 : step);
    if (averages) {
      work.for_blocks(
          [&](std::int64_t chain, std::size_t tile) { average(work.momenta().block(chain, tile), work.backup().block(chain, tile)); });
    }
    work.evolve(group.phi, {&stage_, 1});
  }
  group.action_known = false;
}

namespace {

MolecularDynamics one_step(double epsilon) {
  const double half = std::sqrt(0.5 * epsilon);
  return {0.0, {{half, 2.0 * half}, {half, 0.0}}};
}

}  // namespace

CorrectedLangevin::CorrectedLangevin(std::uint64_t seed, double epsilon, std::int64_t steps)
    : step_(seed, one_step(epsilon)), steps_(steps) {}

void CorrectedLangevin::apply(ChainGroup& group, Workspace& work, std::uint64_t number) const {
  std::vector<double> probability(group.outcome.size(), 0.0);
  for (std::uint64_t step = 0; step < static_cast<std::uint64_t>(steps_); ++step) {
    step_.apply(group, work, number * static_cast<std::uint64_t>(kMostSteps) + step);
    for (std::size_t i = 0; i < probability.size(); ++i) probability[i] += group.outcome[i].probability;
  }
  for (std::size_t i = 0; i < probability.size(); ++i) group.outcome[i].probability = probability[i] / static_cast<double>(steps_);
}

}  // namespace scorefield
