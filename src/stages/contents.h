// What an output must hold, so that a file that other tools made or changed is refused before any work.
#pragma once

#include "stages/context.h"

namespace scorefield {

inline constexpr std::int64_t kLossInterval = 10;  ///< training steps between points of the loss curve, which are its safe points, too

/// That of /field in an output of so many configurations: (configurations, components, y, x), of one number each (.., 1, 1). Local.
Shape shape_of_fields(const Params& params, std::uint64_t configurations);

/// Compares the datasets of an output of `length` configurations or steps with what the program writes: all there, numbers, of the right
/// shapes. In a file without a seal all numbers must be finite, too. Collective; AgreedError: bad_input, or numerical for the latter.
void check_contents(const H5File& file, const Context& context, const Output& output, std::int64_t length);

}  // namespace scorefield
