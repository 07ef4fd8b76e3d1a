// Defaults that depend on other keys. Local.
#pragma once

#include "deck/deck.h"

namespace scorefield {

/// Sets what depends on model and algorithm, of keys that the deck does not set itself (those without a place).
void set_dependent_defaults(Deck& deck);

}  // namespace scorefield
