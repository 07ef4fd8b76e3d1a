#include "observables/finish_recording.h"

#include <cmath>

#include "base/pairwise_sum.h"

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
  row[phi2] = second / volume;
  row[phi4] = fourth / volume;
  row[phi6] = sixth / volume;
  row[phi8] = eighth / volume;
  row[abs_m] = std::fabs(m);
  row[m2] = m * m;
  row[m4] = m * m * m * m;
  row[action_density] = action / volume;
  row[phi2_with_start] = row[phi2] * start[phi2];
  row[m2_with_start] = row[m2] * start[m2];
  row[action_with_start] = row[action_density] * start[action_density];
  row[phi2_squared] = row[phi2] * row[phi2];
  row[m2_squared] = row[m2] * row[m2];
  row[action_squared] = row[action_density] * row[action_density];
}

FinishRecording::FinishRecording(std::int64_t updates) : updates_{0} {
  for (std::int64_t count = 1; count < updates; count *= 2) updates_.push_back(count);
  updates_.push_back(updates);
}

std::vector<Recording::Table> FinishRecording::tables() const {
  return {{"/updates", {updates_.size()}, {updates_.begin(), updates_.end()}}};
}

std::vector<double> FinishRecording::sums(std::size_t /*record*/, std::span<const double> x) const {
  return sum_configurations(x, finish::columns, finish::columns, [](std::span<const double> row, std::span<double> sums) {
    for (std::size_t c = 0; c < finish::columns; ++c) sums[c] += row[c];
  });
}

}  // namespace scorefield
