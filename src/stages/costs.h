// What a deck takes, told before it runs.
#pragma once

#include "stages/context.h"

namespace scorefield {

/// Lines of `check` with estimates for the deck on these ranks and threads: disk and memory in bytes, updates, steps and score evaluations.
/// Collective.
void tell_costs(const Context& context);

}  // namespace scorefield
