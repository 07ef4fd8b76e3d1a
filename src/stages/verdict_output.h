// The verdict on a complex Langevin run in results.h5.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/hdf5.h"
#include "observables/correctness.h"

namespace scorefield {

/// What the verdict is from: the drift's exponent, its growth and the error of that, cutoff of the boundary term, its size in errors, p of
/// the Schwinger-Dyson equations. Local.
std::vector<double> numbers_of(const Verdict& verdict);

/// As attributes of the group; `numbers` as numbers_of has them; the root's count. Collective.
void write_verdict(H5File& out, const std::string& group, const std::string& word, const std::string& text,
                   std::span<const double> numbers);

}  // namespace scorefield
