// The table of keys itself. Only keys.cpp and the parts of the table include this.
#pragma once

#include <vector>

#include "deck/keys.h"

namespace scorefield {

/// All keys, in the order of the help.
std::vector<Key> key_table();

/// Those of [forward], [network], [train] and [sample].
std::vector<Key> diffusion_keys();

}  // namespace scorefield
