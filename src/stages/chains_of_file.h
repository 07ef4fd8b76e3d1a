// Which Markov chain made which configuration of a file.
#pragma once

#include <cstddef>
#include <vector>

#include "stages/context.h"

namespace scorefield {

/// The chain of each of `samples` configurations (/chain; one chain if it is missing), on the root, where rows are added up; nothing on the
/// other ranks. InputError if /chain is damaged. Collective.
std::vector<std::size_t> chains_of_file(const Context& context, const H5File& file, std::uint64_t samples);

/// Configurations of each chain. Local.
std::vector<std::size_t> lengths_of_chains(const std::vector<std::size_t>& chain_of);

}  // namespace scorefield
