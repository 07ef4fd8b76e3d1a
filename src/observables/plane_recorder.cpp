#include "observables/plane_recorder.h"

#include <algorithm>
#include <cmath>

#include "base/pairwise_sum.h"
#include "statistics/cumulants.h"

namespace scorefield {
namespace {

constexpr std::size_t kMoments = 2 * kMaxOrder;  // Re and Im of z^n

/// <eps^n> of a normal number: (n-1)!!, or 0.
double normal_moment(int n) {
  if (n % 2 != 0) return 0.0;
  double value = 1.0;
  for (int k = n - 1; k > 1; k -= 2) value *= k;
  return value;
}

/// <x^a y^b> at t = 0, of kPlanePowers and of order 0; what has an odd order is never asked for.
double initial_power(std::span<const double> initial, int a, int b) {
  if (a == 0 && b == 0) return 1.0;
  const auto found = std::find(kPlanePowers.begin(), kPlanePowers.end(), std::pair{a, b});
  return initial[kMoments + static_cast<std::size_t>(found - kPlanePowers.begin())];
}

/// <(f x + sqrt(Xi) eps_x)^p (f y + sqrt(Xi) eps_y)^q>.
double power_at(std::span<const double> initial, const NoiseLevel& level, int p, int q) {
  double sum = 0.0;
  for (int a = p % 2; a <= p; a += 2) {
    for (int b = q % 2; b <= q; b += 2) {
      sum += binomial(p, a) * binomial(q, b) * std::pow(level.kept, a + b) * initial_power(initial, a, b) *
             std::pow(level.noise_variance, (p - a + q - b) / 2) * normal_moment(p - a) * normal_moment(q - b);
    }
  }
  return sum;
}

}  // namespace

std::vector<Recording::Table> PlaneRecorder::tables() const {
  std::vector<double> time, kept, variance;
  for (const NoiseLevel& level : levels_) {
    time.push_back(level.time);
    kept.push_back(level.kept);
    variance.push_back(level.noise_variance);
  }
  const std::uint64_t rows = records();
  return {{"/time", {rows}, time}, {"/kept", {rows}, kept}, {"/noise_variance", {rows}, variance}};
}

std::vector<double> PlaneRecorder::sums(std::size_t /*record*/, std::span<const double> xy) const {
  return sum_leaves(xy, 2, quantities(),
                    [](std::span<const double> leaf, std::span<double> sums) { PlaneLeaf(leaf).set_power_sums(sums); });
}

std::vector<double> plane_moments_at(std::span<const double> initial, const NoiseLevel& level) {
  std::vector<double> moments;
  for (std::size_t i = 0; i < kMoments; ++i) {
    const std::size_t order = i / 2 + 1;
    moments.push_back(std::pow(level.kept, static_cast<double>(order)) * initial[i]);
  }
  for (const auto& [p, q] : kPlanePowers) moments.push_back(power_at(initial, level, p, q));
  return moments;
}

}  // namespace scorefield
