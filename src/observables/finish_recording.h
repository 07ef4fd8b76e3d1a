// What is kept of configurations while Markov chains finish them.
#pragma once

#include <array>
#include <vector>

#include "base/tally.h"

namespace scorefield {

/// The numbers of a configuration after some updates: means over its sites, its M and S, products with the same before all updates, and
/// what the updates since the last record did.
namespace finish {
enum Column : std::size_t {
  phi2,
  phi4,
  phi6,
  phi8,
  abs_m,
  m2,
  m4,
  action_density,  ///< S/V
  phi2_with_start,
  m2_with_start,
  action_with_start,
  phi2_squared,
  m2_squared,
  action_squared,
  acceptance,         ///< mean of min(1, exp(-Delta H))
  exp_minus_delta_h,  ///< mean of exp(-Delta H)
  columns
};
using Row = std::array<double, columns>;

/// Those of a configuration; `start`: its row before all updates, itself if there were none.
void fill(std::span<const double> phi, double action, Row& row, const Row& start);
}  // namespace finish

/// Sums of rows, one behind the other, after 0, 1, 2, 4, ... and the last of `updates`.
class FinishRecording : public Recording {
 public:
  explicit FinishRecording(std::int64_t updates);

  /// Updates before each record, ascending.
  const std::vector<std::int64_t>& updates() const { return updates_; }

  std::size_t records() const override { return updates_.size(); }
  std::size_t quantities() const override { return finish::columns; }
  std::size_t cells() const override { return 0; }
  std::vector<Part> parts() const override { return {{"/sums", finish::columns}}; }
  std::vector<Table> tables() const override;
  std::vector<double> sums(std::size_t record, std::span<const double> x) const override;
  void count(std::size_t /*record*/, std::span<const double> /*x*/, std::span<double> /*counts*/) const override {}

 private:
  std::vector<std::int64_t> updates_;
};

}  // namespace scorefield
