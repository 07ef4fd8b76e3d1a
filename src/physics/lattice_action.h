// An action of a real field on the lattice, as the molecular dynamics and the Langevin equation need it.
#pragma once

#include <memory>
#include <span>

#include "base/fixed_sum.h"
#include "deck/params.h"
#include "lattice/field.h"

namespace scorefield {

/// pi += kick F(phi), then phi += drift pi, with the force F = -dS/dphi.
struct Stage {
  double kick = 0.0;
  double drift = 0.0;
};

/// All functions are local and work on one block. They read ghosts, which must be those of the neighbours.
class LatticeAction {
 public:
  virtual ~LatticeAction() = default;

  /// Works off the stages, at most as many as the ghosts are deep. Afterwards the block's sites are right and its ghosts are not. For more
  /// than one stage the momenta must have ghosts, too.
  virtual void evolve(const Block& phi, const Block& pi, std::span<const Stage> stages) const = 0;

  /// The block's part of S.
  virtual FixedSum value(const Block& phi) const = 0;

  /// The c of the terms -c phi(x) phi(x+mu), where the action is even in phi otherwise site by site.
  virtual double bond_coupling() const = 0;
};

/// The action of the deck's model. InputError if it is not one on a lattice.
std::unique_ptr<LatticeAction> make_lattice_action(const ModelParams& model);

}  // namespace scorefield
