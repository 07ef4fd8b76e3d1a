// What Gaussian momenta need, whatever the action is: drawing them, their energy, and the first drift of a field along them. Local; one
// block.
#pragma once

#include "base/fixed_sum.h"
#include "base/rng.h"
#include "lattice/field.h"

namespace scorefield {

/// Standard normals on all sites of a block of chain number `chain`: site x of the lattice gets number chain * sites + x of the key's
/// sequence, whichever rank has it.
void fill_normals(const RandomKey& key, const Extents& lattice, std::int64_t chain, const Block& block);

/// sum pi^2 / 2.
FixedSum kinetic_energy(const Block& pi);

/// weight sum (a - b)^2.
FixedSum squared_distance(const Block& a, const Block& b, double weight);

/// backup = phi, then phi += drift pi; returns the kinetic energy. In one sweep, because a trajectory has only ten or so.
FixedSum begin_trajectory(const Block& phi, const Block& pi, const Block& backup, double drift);

/// to += factor from.
void add_sites(const Block& to, double factor, const Block& from);

/// Copies the sites (and, as they come, ghosts at the sides) of one block to another of the same shape.
void copy_sites(const Block& from, const Block& to);

}  // namespace scorefield
