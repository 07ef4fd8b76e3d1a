#include "base/work_plan.h"

#include <algorithm>

namespace scorefield {
namespace {

constexpr std::int64_t kBlocks = 2048;
constexpr std::int64_t kLargestBlock = 1 << 20;
constexpr std::int64_t kUnit = 4096;      // arrays of a unit stay in the second-level cache
constexpr std::int64_t kSmallUnit = 512;  // where there are few configurations, so that all cores get some
constexpr std::int64_t kFew = 1 << 17;
constexpr std::int64_t kFieldUnit = 64;              // of whole fields
constexpr std::int64_t kLeastField = 64;             // numbers of a configuration that count as one
constexpr std::int64_t kGathered = 8 * 1024 * 1024;  // 64 MiB of sums on the root

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace

std::int64_t block_size(std::int64_t samples) {
  std::int64_t block = kSmallestBlock;
  while (divide_up(samples, block) > kBlocks && block < kLargestBlock) block *= 2;
  return block;
}

WorkPlan::WorkPlan(std::int64_t samples, std::int64_t first, std::int64_t batch, std::int64_t numbers_per_piece, std::int64_t components)
    : samples_(samples),
      first_(first),
      block_(block_size(samples)),
      unit_(components >= kLeastField ? kFieldUnit
            : samples < kFew          ? kSmallUnit
                                      : kUnit),
      components_(components) {
  const std::int64_t bound = kGathered / std::max<std::int64_t>(1, numbers_per_piece) * piece();
  const std::int64_t cut = std::max(block_, unit_);
  batch_ = divide_up(std::max<std::int64_t>(1, std::min(batch, bound)), cut) * cut;
}

std::int64_t WorkPlan::blocks() const { return divide_up(samples_, block_); }

std::int64_t WorkPlan::batches() const { return first_ >= samples_ ? 0 : divide_up(samples_ - first_ / batch_ * batch_, batch_); }

Range WorkPlan::unit(std::int64_t index) const { return {std::max(first_, index * unit_), std::min(samples_, (index + 1) * unit_)}; }

Range WorkPlan::batch(std::int64_t index) const {
  const std::int64_t from = first_ / batch_ * batch_ + index * batch_;
  return {std::max(first_, from) / unit_, divide_up(std::min(samples_, from + batch_), unit_)};
}

Range WorkPlan::batch(std::int64_t index, const Comm& comm) const {
  const Range whole = batch(index);
  const Range part = share(whole.size(), comm.size(), comm.rank());
  return {whole.begin + part.begin, whole.begin + part.end};
}

Range WorkPlan::configurations(const Range& units) const {
  if (units.size() == 0) return {0, 0};
  return {unit(units.begin).begin, unit(units.end - 1).end};
}

std::int64_t WorkPlan::pieces(const Range& configurations) const { return divide_up(configurations.size(), piece()); }

Range WorkPlan::blocks(std::int64_t index) const {
  const Range rows = configurations(batch(index));
  return {rows.begin / block_, divide_up(rows.end, block_)};
}

}  // namespace scorefield
