#include "base/work_plan.h"

#include <algorithm>

namespace scorefield {
namespace {

constexpr std::int64_t kUnit = 4096;                 // arrays of a unit stay in the second-level cache
constexpr std::int64_t kBatch = 1024 * 1024;         // 8 MiB of one component
constexpr std::int64_t kGathered = 8 * 1024 * 1024;  // 64 MiB of sums on the root

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace

WorkPlan::WorkPlan(std::int64_t samples, std::int64_t bins, std::int64_t numbers_per_unit) : samples_(samples), bins_(bins) {
  const std::int64_t largest_bin = divide_up(samples, bins);
  units_per_bin_ = divide_up(largest_bin, kUnit);
  const std::int64_t by_size = kBatch / divide_up(largest_bin, units_per_bin_);
  units_per_batch_ = std::max<std::int64_t>(1, std::min(by_size, kGathered / std::max<std::int64_t>(1, numbers_per_unit)));
}

std::int64_t WorkPlan::batches() const { return divide_up(units(), units_per_batch_); }

Range WorkPlan::bin(std::int64_t index) const {
  return {static_cast<std::int64_t>(static_cast<__int128>(index) * samples_ / bins_),
          static_cast<std::int64_t>(static_cast<__int128>(index + 1) * samples_ / bins_)};
}

Range WorkPlan::unit(std::int64_t index) const {
  const Range whole = bin(bin_of_unit(index));
  const Range part = share(whole.size(), static_cast<int>(units_per_bin_), static_cast<int>(index % units_per_bin_));
  return {whole.begin + part.begin, whole.begin + part.end};
}

Range WorkPlan::batch(std::int64_t index) const { return {index * units_per_batch_, std::min(units(), (index + 1) * units_per_batch_)}; }

Range WorkPlan::batch(std::int64_t index, const Comm& comm) const {
  const Range whole = batch(index);
  const Range part = share(whole.size(), comm.size(), comm.rank());
  return {whole.begin + part.begin, whole.begin + part.end};
}

Range WorkPlan::configurations(const Range& units) const {
  if (units.size() == 0) return {0, 0};
  return {unit(units.begin).begin, unit(units.end - 1).end};
}

}  // namespace scorefield
