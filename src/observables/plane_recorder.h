// What is recorded of points of the plane along the forward and backward processes.
#pragma once

#include <vector>

#include "base/tally.h"
#include "observables/plane_powers.h"
#include "physics/exact_law.h"

namespace scorefield {

/// At each recorded level and for each piece of configurations: sums of Re and Im of z^n, n = 1 .. 10, and of kPlanePowers. Local.
class PlaneRecorder : public Recording {
 public:
  explicit PlaneRecorder(std::vector<NoiseLevel> levels) : levels_(std::move(levels)) {}

  std::size_t records() const override { return levels_.size(); }
  std::size_t quantities() const override { return kPowerSums; }
  std::size_t cells() const override { return 0; }
  std::vector<Part> parts() const override { return {{"/power_sums", kPowerSums}}; }
  std::vector<Table> tables() const override;
  std::vector<double> sums(std::size_t record, std::span<const double> xy) const override;
  void count(std::size_t /*record*/, std::span<const double> /*xy*/, std::span<double> /*counts*/) const override {}

 private:
  std::vector<NoiseLevel> levels_;
};

/// Moments [Re, Im of z^n, n = 1 .. 8][kPlanePowers] at a level of the forward process from those at t = 0: with zeta = eps_x + i eps_y
/// <zeta^m> = 0, so that <z^n> = f^n <z^n>_0 and holomorphic cumulants likewise, kappa_2 without Xi; x^a y^b by the binomial theorem.
/// Local.
std::vector<double> plane_moments_at(std::span<const double> initial, const NoiseLevel& level);

}  // namespace scorefield
