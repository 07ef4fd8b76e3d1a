// Updates of the signs of a field whose action does not change when all signs do: they move a broken phase between its minima.
#pragma once

#include "ensemble/chains.h"

namespace scorefield {

/// The embedded cluster update (Brower, Tamayo, Phys. Rev. Lett. 62, 1087 (1989)): at fixed |phi| the signs are an Ising model, updated by
/// Swendsen and Wang. A bond between neighbours is set with probability 1 - exp(-2 c phi phi') where phi phi' > 0 and c phi phi' is their
/// hopping term; each cluster of set bonds gets a new sign with probability 1/2. On a decomposed lattice the bonds of a chain are
/// gathered to one rank, different chains to different ranks.
class ClusterUpdate : public Update {
 public:
  explicit ClusterUpdate(std::uint64_t seed) : seed_(seed) {}
  void apply(ChainGroup& group, Workspace& work, std::uint64_t number) const override;

 private:
  std::uint64_t seed_;
};

/// phi -> -phi for the whole chain, with probability 1/2.
class SignFlip : public Update {
 public:
  explicit SignFlip(std::uint64_t seed) : seed_(seed) {}
  void apply(ChainGroup& group, Workspace& work, std::uint64_t number) const override;

 private:
  std::uint64_t seed_;
};

/// phi -> -phi on a block. Local.
void change_all_signs(const Block& phi);

}  // namespace scorefield
