// How the measurements of a lattice ensemble are kept in results.h5, and told.
#pragma once

#include <string>
#include <vector>

#include "base/hdf5.h"
#include "lattice/field_shape.h"
#include "observables/equilibrium.h"
#include "stages/lattice_estimates.h"

namespace scorefield {

/// Counts in equal cells between -most and most; what is beyond is counted in the outermost. Local.
struct Histogram {
  Histogram(double most, std::int64_t cells);
  void add(double value);
  double low, width;
  std::vector<std::int64_t> counts;
};

/// All that was found, on the root; and how much of it there was.
struct LatticeMeasurements {
  Equilibrium equilibrium;
  LatticeResults results;
  std::vector<std::string> warnings;  ///< those of equilibrium, and what else is wrong
  std::uint64_t samples = 0;
  std::size_t chains = 0, bins = 0, bin_size = 0;
};

/// Write into a group of results.h5 (doc/file-formats.md). Collective; the root's numbers are written.
void write_measurements(H5File& out, const std::string& group, const FieldShape& shape, const LatticeMeasurements& measured);
/// Every so many configurations of each chain, chain by chain.
void write_series(H5File& out, const std::string& group, const ChainSums& sums, std::uint64_t samples);
void write_histogram(H5File& out, const std::string& dataset, const Histogram& histogram);

/// The lines that `measure` prints. Local.
std::vector<std::string> lines_of(const LatticeMeasurements& measured, const FieldShape& shape);

}  // namespace scorefield
