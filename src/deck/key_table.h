// The table of keys itself. Only keys.cpp includes this.
#pragma once

#include <vector>

#include "deck/keys.h"

namespace scorefield {

/// All keys, in the order of the help.
std::vector<Key> key_table();

}  // namespace scorefield
