// Sums over the configurations of a file, in the bins of a jackknife.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/tally.h"
#include "base/work_plan.h"
#include "stages/context.h"

namespace scorefield {

/// What a tally with one record says of a file, on every rank.
struct FieldSums {
  std::size_t bins = 0;
  std::vector<double> sums;    ///< [bin][quantity]
  std::vector<double> sizes;   ///< configurations of each bin
  std::vector<double> counts;  ///< [cell]

  /// Quantities first, ..., first + count - 1 of all bins.
  std::vector<double> columns(std::size_t first, std::size_t count) const;
};

/// Reads all configurations (/field, plan.components() numbers each) and adds them up in measure.bins bins. Collective.
FieldSums sum_field(const Context& context, const std::string& name, const H5File& file, const WorkPlan& plan, const Tally& tally);

/// Bin b of `bins` holds blocks [b n/bins, (b+1) n/bins) of n. [block][quantity] -> [bin][quantity]. Local.
std::vector<double> add_to_bins(std::span<const double> of_blocks, std::size_t blocks, std::size_t bins);

}  // namespace scorefield
