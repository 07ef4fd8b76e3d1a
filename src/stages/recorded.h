// What is recorded along a process, in a file: levels, sources, sums a block of configurations, histograms.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/hdf5.h"
#include "base/tally.h"

namespace scorefield {

/// Makes the datasets of `group` for so many configurations and writes what is known before the work: its tables and the sizes of blocks.
/// Collective.
void lay_out_recorded(H5File& file, const std::string& group, const Recording& recording, std::int64_t samples);

/// Writes sums [block][record][quantity], which the root has, as rows `first`, ... of its parts. Collective.
void write_sums(H5File& file, const std::string& group, const Recording& recording, std::int64_t first, std::span<const double> sums);

/// The inverse: the first `blocks` rows, on the root; empty on the others. Collective.
std::vector<double> read_sums(const Comm& comm, const H5File& file, const std::string& group, const Recording& recording,
                              std::int64_t blocks);

/// Sums of `factor` (a power of 2) blocks at a time, in the order in which sums of larger blocks are made. Local.
std::vector<double> coarsen(std::span<const double> sums, std::size_t numbers_per_block, std::int64_t factor);

}  // namespace scorefield
