#include "stages/field_sums.h"

#include <algorithm>

#include "stages/batches.h"

namespace scorefield {

std::vector<double> FieldSums::columns(std::size_t first, std::size_t count) const {
  std::vector<double> result;
  const std::size_t quantities = sums.size() / bins;
  for (std::size_t bin = 0; bin < bins; ++bin) {
    const auto part = std::span(sums).subspan(bin * quantities + first, count);
    result.insert(result.end(), part.begin(), part.end());
  }
  return result;
}

std::vector<double> add_to_bins(std::span<const double> of_blocks, std::size_t blocks, std::size_t bins) {
  const std::size_t quantities = of_blocks.size() / blocks;
  std::vector<double> sums(bins * quantities, 0.0);
  for (std::size_t bin = 0; bin < bins; ++bin) {
    for (std::size_t block = bin * blocks / bins; block < (bin + 1) * blocks / bins; ++block) {
      for (std::size_t q = 0; q < quantities; ++q) sums[bin * quantities + q] += of_blocks[block * quantities + q];
    }
  }
  return sums;
}

FieldSums sum_field(const Context& context, const std::string& name, const H5File& file, const WorkPlan& plan, const Tally& tally) {
  std::vector<double> of_blocks;
  BatchWork work;
  work.load = [&](const Range& rows, std::span<double> x) {
    file.read_rows("/field", static_cast<std::uint64_t>(rows.begin), static_cast<std::uint64_t>(rows.size()), x);
  };
  work.unit = [](const Range&, std::span<double> x, const BatchWork::Record& record) { record(0, x); };
  work.store_sums = [&](const Range&, std::span<const double> sums) { of_blocks.insert(of_blocks.end(), sums.begin(), sums.end()); };
  work.committed = [&](const BatchState&) { stop_if_asked(context); };
  BatchState state;
  run_batches(context, plan, &tally, work, state, "measure " + name);
  context.comm.broadcast(of_blocks);
  const auto blocks = static_cast<std::size_t>(plan.blocks());
  FieldSums result{static_cast<std::size_t>(context.deck.params.measure.bins), {}, {}, state.counts};
  std::vector<double> sizes;
  for (std::int64_t first = 0; first < plan.samples(); first += plan.block()) {
    sizes.push_back(static_cast<double>(std::min(plan.block(), plan.samples() - first)));
  }
  result.sums = add_to_bins(of_blocks, blocks, result.bins);
  result.sizes = add_to_bins(sizes, blocks, result.bins);
  return result;
}

}  // namespace scorefield
