// The start of chains from configurations in a file.
#pragma once

#include "ensemble/lattice_chains.h"
#include "stages/context.h"

namespace scorefield {

/// Looks at generate.start-file before the work: AgreedError if it is missing, not one of fields on this lattice, or if what the chains
/// would start from is not finite. Collective.
void require_start(const Context& context);

/// Sets the chains to the last configurations of generate.start-file, chain c of C to number (N - C + c) mod N of its N. AgreedError if the
/// file is not one of fields on this lattice, or holds what is not finite. Collective.
void read_start(const Context& context, LatticeChains& chains);

}  // namespace scorefield
