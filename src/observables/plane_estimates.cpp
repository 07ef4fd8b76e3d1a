#include "observables/plane_estimates.h"

#include <algorithm>
#include <complex>

#include "observables/plane_tally.h"
#include "physics/complex_moments.h"

namespace scorefield {
namespace {

using Complex = std::complex<double>;
using Means = std::span<const double>;

/// <z^n> from the means of a tally.
Complex power(Means means, int n) {
  if (n == 0) return 1.0;
  const auto at = static_cast<std::size_t>(2 * n - 2);
  return {means[at], means[at + 1]};
}

ComplexOrders moments(Means means) {
  ComplexOrders result;
  for (int n = 1; n <= kMaxOrder; ++n) result[n - 1] = power(means, n);
  return result;
}

/// n (n-1) z^{n-2} - n sigma z^n - n lambda z^{n+2}.
ComplexOrders langevin_operators(const QuarticAction& action, Means means) {
  ComplexOrders result;
  for (int n = 1; n <= kMaxOrder; ++n) {
    const Complex first = n > 1 ? static_cast<double>(n - 1) * power(means, n - 2) : 0.0;
    result[n - 1] = static_cast<double>(n) * (first - action.sigma * power(means, n) - action.lambda * power(means, n + 2));
  }
  return result;
}

/// Late less early halves: each is half of the whole, but for walkers that were cut.
std::vector<double> late_less_early(Means means) {
  const double share = means[PlaneTally::kEarly];
  const std::array<double, 3> all = {means[2], means[3], means[PlaneTally::kPlane] + means[PlaneTally::kPlane + 2]};
  std::vector<double> result;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double early = means[PlaneTally::kEarly + 1 + i];
    result.push_back((all[i] - early) / (1.0 - share) - early / share);
  }
  return result;
}

std::vector<double> outside(Means means) {
  std::vector<double> result;
  for (std::size_t c = 0; c < kCutoffs; ++c) result.push_back(1.0 - means[PlaneTally::kBoundary + c * PlaneTally::kPerCutoff]);
  return result;
}

std::vector<double> boundary(Means means) {
  std::vector<double> result;
  for (std::size_t c = 0; c < kCutoffs; ++c) {
    const Means terms = means.subspan(PlaneTally::kBoundary + c * PlaneTally::kPerCutoff + 1, PlaneTally::kPerCutoff - 1);
    result.insert(result.end(), terms.begin(), terms.end());
  }
  return result;
}

}  // namespace

std::vector<double> in_pairs(std::span<const std::complex<double>> values) {
  std::vector<double> result;
  for (const auto& value : values) result.insert(result.end(), {value.real(), value.imag()});
  return result;
}

PlaneEstimates estimate_plane(const QuarticAction& action, std::span<const double> sums, std::span<const double> counts) {
  const auto of = [&](const DerivedFunction& function) { return jackknife(sums, counts, function); };
  PlaneEstimates e;
  e.moments = of([](Means means) { return in_pairs(moments(means)); });
  e.cumulants = of([](Means means) { return in_pairs(complex_cumulants(moments(means))); });
  e.schwinger_dyson = of([&](Means means) { return in_pairs(langevin_operators(action, means)); });
  e.plane = of([](Means means) {
    const Means plane = means.subspan(PlaneTally::kPlane, kPlanePowers.size());
    return std::vector<double>(plane.begin(), plane.end());
  });
  e.outside = jackknife_errors(sums, counts, outside);
  e.boundary = jackknife_errors(sums, counts, boundary);
  const std::size_t quantities = sums.size() / counts.size();
  double early = 0.0;
  for (std::size_t bin = 0; bin < counts.size(); ++bin) early += sums[bin * quantities + PlaneTally::kEarly];
  if (early > 0.0) e.late_early = of(late_less_early);
  return e;
}

std::vector<int> even_orders_of(const Estimate& estimate) {
  constexpr double kRounding = 1e-12;
  std::vector<int> components;
  for (int i = 2; i < 2 * kMaxOrder; i += 4) {
    const double size = std::max(std::abs(estimate.value[i]), std::abs(estimate.value[i + 1]));
    for (const int component : {i, i + 1}) {
      if (estimate.error[component] > kRounding * size) components.push_back(component);
    }
  }
  return components;
}

ChiSquared chi_squared_of_even(const Estimate& estimate, std::span<const double> exact, std::size_t bins) {
  return chi_squared(estimate, exact, even_orders_of(estimate), bins);
}

}  // namespace scorefield
