#include "observables/plane_powers.h"

namespace scorefield {

PlaneLeaf::PlaneLeaf(std::span<const double> xy) {  // NOLINT(cppcoreguidelines-pro-type-member-init): powers are filled below
  for (std::size_t i = 0; 2 * i < xy.size(); ++i) {
    x[i] = xy[2 * i];
    y[i] = xy[2 * i + 1];
    weight[i] = 1.0;
  }
  power[0].re.fill(1.0);
  power[0].im.fill(0.0);
  for (std::size_t n = 1; n <= kMostPower; ++n) {
#pragma omp simd
    for (std::size_t i = 0; i < kSize; ++i) {
      power[n].re[i] = power[n - 1].re[i] * x[i] - power[n - 1].im[i] * y[i];
      power[n].im[i] = power[n - 1].re[i] * y[i] + power[n - 1].im[i] * x[i];
    }
  }
}

double total(const PlaneLeaf::Column& column) {
  constexpr std::size_t kWide = 8;
  std::array<double, kWide> lanes{};
  for (std::size_t i = 0; i < PlaneLeaf::kSize; i += kWide) {
#pragma omp simd
    for (std::size_t l = 0; l < kWide; ++l) lanes[l] += column[i + l];
  }
  return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

void PlaneLeaf::set_power_sums(std::span<double> sums) const {
  for (std::size_t n = 1; n <= kMostPower; ++n) {
    sums[2 * n - 2] = total(power[n].re);
    sums[2 * n - 1] = total(power[n].im);
  }
  for (std::size_t p = 0; p < kPlanePowers.size(); ++p) {
    Column column;
#pragma omp simd
    for (std::size_t i = 0; i < kSize; ++i) column[i] = plane_power(x[i], y[i], kPlanePowers[p]);
    sums[kHolomorphicSums + p] = total(column);
  }
}

double plane_power(double x, double y, const std::pair<int, int>& powers) {
  double value = 1.0;
  for (int i = 0; i < powers.first; ++i) value *= x;
  for (int i = 0; i < powers.second; ++i) value *= y;
  return value;
}

}  // namespace scorefield
