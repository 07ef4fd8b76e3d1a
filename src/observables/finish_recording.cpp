#include "observables/finish_recording.h"

#include <algorithm>
#include <cmath>

#include "base/pairwise_sum.h"
#include "base/work_plan.h"

namespace scorefield {

void finish::fill(std::span<const double> phi, double action, Row& row, const Row& start) {
  double sum = 0.0, second = 0.0, fourth = 0.0, sixth = 0.0, eighth = 0.0;
  for (const double v : phi) {
    const double square = v * v, power = square * square;
    sum += v;
    second += square;
    fourth += power;
    sixth += power * square;
    eighth += power * power;
  }
  const auto volume = static_cast<double>(phi.size());
  const double m = sum / volume;
  row[kPhi2] = second / volume;
  row[kPhi4] = fourth / volume;
  row[kPhi6] = sixth / volume;
  row[kPhi8] = eighth / volume;
  row[kAbsM] = std::fabs(m);
  row[kM2] = m * m;
  row[kM4] = m * m * m * m;
  row[kAction] = action / volume;
  row[kPhi2WithStart] = row[kPhi2] * start[kPhi2];
  row[kM2WithStart] = row[kM2] * start[kM2];
  row[kActionWithStart] = row[kAction] * start[kAction];
  row[kPhi2Squared] = row[kPhi2] * row[kPhi2];
  row[kM2Squared] = row[kM2] * row[kM2];
  row[kActionSquared] = row[kAction] * row[kAction];
}

FinishRecording::FinishRecording(std::int64_t updates) : updates_{0} {
  for (std::int64_t count = 1; count < updates; count *= 2) updates_.push_back(count);
  updates_.push_back(updates);
}

std::vector<Recording::Table> FinishRecording::tables() const {
  return {{"/updates", {updates_.size()}, {updates_.begin(), updates_.end()}}};
}

std::vector<double> FinishRecording::sums(std::size_t /*record*/, std::span<const double> x) const {
  constexpr auto kLeaf = static_cast<std::size_t>(kSmallestBlock) * finish::kColumns;
  PairwiseSum tree(finish::kColumns);
  std::vector<double> leaf(finish::kColumns);
  for (std::size_t first = 0; first < x.size(); first += kLeaf) {
    std::fill(leaf.begin(), leaf.end(), 0.0);
    for (std::size_t i = first; i < std::min(x.size(), first + kLeaf); ++i) leaf[(i - first) % finish::kColumns] += x[i];
    tree.add(leaf);
  }
  return tree.total();
}

}  // namespace scorefield
