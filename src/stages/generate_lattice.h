// The ensemble of a model on a lattice: Markov chains, from their start to a complete file.
#pragma once

#include "stages/survey.h"

namespace scorefield {

inline constexpr std::int64_t kNumbersACore = 1 << 20;  ///< of configurations that are made and written together

/// Makes ensemble.h5: begins it, goes on from its checkpoint, or extends a finished one. Stops and saves at safe points. The result has the
/// same bits in all cases, for any number of ranks and threads and any process grid. Collective.
void generate_lattice(const Context& context, const Surveyed& found);

}  // namespace scorefield
