#include "base/fixed_sum.h"

namespace scorefield {

void FixedSum::all_reduce(const Comm& comm, std::span<FixedSum> sums) {
  if (comm.size() == 1) return;
  std::vector<std::int64_t> parts;
  for (const FixedSum& sum : sums) {
    parts.push_back(static_cast<std::int64_t>(sum.multiples_ >> 32));
    parts.push_back(static_cast<std::int64_t>(sum.multiples_ & 0xffffffff));
    parts.push_back(sum.infinite_ ? 1 : 0);
  }
  comm.sum(std::span<std::int64_t>(parts));
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sums[i].multiples_ = (static_cast<Wide>(parts[3 * i]) << 32) + parts[3 * i + 1];
    sums[i].infinite_ = parts[3 * i + 2] != 0;
  }
}

}  // namespace scorefield
