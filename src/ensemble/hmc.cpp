#include "ensemble/hmc.h"

#include <cmath>

#include "ensemble/momenta.h"

namespace scorefield {

void Hmc::apply(ChainGroup& group, Workspace& work, std::uint64_t number) const {
  const RandomKey key{seed_, Stream::momenta, number};
  const Extents& lattice = work.domain().lattice();
  Field &phi = group.phi, &pi = work.momenta(), &backup = work.backup();
  work.know_action(group);
  const std::vector<double> kinetic_before = work.sum_blocks([&](std::int64_t chain, std::size_t tile) {
    const Block momenta = pi.block(chain, tile);
    fill_normals(key, lattice, group.chains.begin + chain, momenta);
    return begin_trajectory(phi.block(chain, tile), momenta, backup.block(chain, tile), work.accelerated() ? 0.0 : dynamics_.first_drift);
  });
  const Stage first{0.0, dynamics_.first_drift};
  if (work.accelerated()) work.evolve(phi, {&first, 1});
  work.evolve(phi, dynamics_.stages);
  const std::vector<double> kinetic =
      work.sum_blocks([&](std::int64_t chain, std::size_t tile) { return kinetic_energy(pi.block(chain, tile)); });
  const std::vector<double> before = group.action;
  group.action_known = false;
  Field* const fields[] = {&phi};
  work.exchange(fields);
  const std::vector<double> action =
      work.sum_blocks([&](std::int64_t chain, std::size_t tile) { return work.action().value(phi.block(chain, tile)); });
  std::vector<double> delta_h;
  for (std::size_t chain = 0; chain < action.size(); ++chain) {
    delta_h.push_back((kinetic[chain] - kinetic_before[chain]) + (action[chain] - before[chain]));
  }
  accept_or_reject(group, work, seed_, number, action, delta_h);
}

void accept_or_reject(ChainGroup& group, Workspace& work, std::uint64_t seed, std::uint64_t number, std::span<const double> action,
                      std::span<const double> delta_h) {
  for (std::size_t chain = 0; chain < action.size(); ++chain) {
    double uniform = 0.0;
    fill_uniforms({seed, Stream::accept, number}, static_cast<std::uint64_t>(group.chains.begin) + chain, {&uniform, 1});
    Outcome& outcome = group.outcome[chain];
    outcome.delta_h = delta_h[chain];
    outcome.probability = std::isnan(delta_h[chain]) ? 0.0 : std::fmin(1.0, std::exp(-delta_h[chain]));
    outcome.accepted = uniform < outcome.probability;
    if (outcome.accepted) group.action[chain] = action[chain];
  }
  group.action_known = true;
  work.for_blocks([&](std::int64_t chain, std::size_t tile) {
    if (!group.outcome[static_cast<std::size_t>(chain)].accepted)
      copy_sites(work.backup().block(chain, tile), group.phi.block(chain, tile));
  });
}

}  // namespace scorefield
