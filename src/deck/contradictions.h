// What each key allows by itself, but not together with others.
#pragma once

#include "deck/deck.h"

namespace scorefield {

/// InputError that names the keys, where they stand, and the cure. Local.
void refuse_contradictions(const Deck& deck);

}  // namespace scorefield
