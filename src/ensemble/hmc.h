// Hybrid Monte Carlo (Duane, Kennedy, Pendleton, Roweth 1987).
#pragma once

#include "ensemble/chains.h"
#include "ensemble/integrator.h"

namespace scorefield {

/// Momenta pi from exp(-pi^2/2), molecular dynamics with H = sum pi^2/2 + S, accepted with probability min(1, exp(-Delta H)).
class Hmc : public Update {
 public:
  Hmc(std::uint64_t seed, MolecularDynamics dynamics) : seed_(seed), dynamics_(std::move(dynamics)) {}
  void apply(ChainGroup& group, Workspace& work, std::uint64_t number) const override;

 private:
  std::uint64_t seed_;
  MolecularDynamics dynamics_;
};

/// Accepts or rejects, chain by chain, the step from work.backup(), whose action is group.action, to group.phi, whose action is
/// `action`; `delta_h` are the differences that decide. Fills group.outcome. Local.
void accept_or_reject(ChainGroup& group, Workspace& work, std::uint64_t seed, std::uint64_t number, std::span<const double> action,
                      std::span<const double> delta_h);

}  // namespace scorefield
