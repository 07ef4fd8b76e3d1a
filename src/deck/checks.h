// What the checks of keys against each other share. Only the files that check include this.
#pragma once

#include "deck/deck.h"

namespace scorefield {

/// Throws InputError: where the first of these keys that was set stands, and `what`.
[[noreturn]] void refuse(const Deck& deck, const std::vector<std::string>& keys, const std::string& what);

/// InputError if an update has more steps than noise is numbered for.
void check_steps(const Deck& deck);
/// InputError if the variance of the imaginary noise of complex Langevin is negative.
void check_noise(const Deck& deck);

/// Keys of a model on a lattice: extents, couplings, updates, files that configurations come from. InputError.
void check_lattice(const Deck& deck);

/// Keys of the diffusion model of two-peak, and of a real field. InputError.
void check_point_score(const Deck& deck);
void check_field_score(const Deck& deck);

}  // namespace scorefield
