// What the measurements of walkers and of fields along a process share: deviations from what its law makes of the start. Local.
#pragma once

#include "stages/recorded_process.h"

namespace scorefield {

/// The deviation of `function` of the means at level k of a process from what `law` makes of those at level 0. The configurations are the
/// same: the jackknife takes both at once. `sums`: [block][record][quantity], as RecordedProcess reads them.
Estimate deviation_from_start(const RecordedProcess& process, const std::vector<double>& sums, std::size_t k,
                              const DerivedFunction& function, const DerivedFunction& law);

/// "p-values from 0.02, median 0.4" of those that are numbers, or "".
std::string text_of_p_values(const std::vector<double>& p_values);

}  // namespace scorefield
