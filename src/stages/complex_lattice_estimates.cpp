#include "stages/complex_lattice_estimates.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "base/text.h"
#include "physics/complex_moments.h"

namespace scorefield {
namespace {

using Complex = std::complex<double>;
using Means = std::span<const double>;

std::vector<double> part(Means means, std::size_t first, std::size_t count) {
  const Means found = means.subspan(first, count);
  return {found.begin(), found.end()};
}

std::vector<double> cumulants(Means means) {
  ComplexOrders moments;
  for (std::size_t n = 0; n < kMaxOrder; ++n) moments[n] = {means[2 * n], means[2 * n + 1]};
  return in_pairs(complex_cumulants(moments));
}

/// As PlaneEstimates has them: orders 1 .. 8, of which 2 and 4 are known.
std::vector<double> langevin_operators(Means means) {
  std::vector<double> result(2 * kMaxOrder, 0.0);
  for (std::size_t i = 0; i < kBoundaryPowers.size(); ++i) {
    const std::size_t to = 2 * static_cast<std::size_t>(kBoundaryPowers[i] - 1);
    result[to] = means[2 * (ComplexFieldObserver::kLangevin + i)];
    result[to + 1] = means[2 * (ComplexFieldObserver::kLangevin + i) + 1];
  }
  return result;
}

/// 1/(2 m - 4 kappa (cos k_x + cos k_y)).
std::vector<double> free_spectrum(const ModelParams& model, const FieldShape& shape) {
  std::vector<double> result;
  for (std::size_t y = 0; y < shape.y; ++y) {
    for (std::size_t x = 0; x < shape.half_x(); ++x) {
      const auto angle = [](std::size_t n, std::size_t extent) {
        return 2.0 * std::numbers::pi * static_cast<double>(n) / static_cast<double>(extent);
      };
      const double hops = std::cos(angle(y, shape.y)) + std::cos(angle(x, shape.x));
      const Complex value = 1.0 / (2.0 * Complex(model.mass, model.mass_im) - 4.0 * model.kappa * hops);
      result.insert(result.end(), {value.real(), value.imag()});
    }
  }
  return result;
}

}  // namespace

ComplexLatticeResults estimate_complex_lattice(const ModelParams& model, const FieldShape& shape, const ComplexFieldObserver& observer,
                                               const ChainSums::Binned& bins, std::span<const double> drifts,
                                               const Equilibrium& equilibrium) {
  const auto of = [&](const DerivedFunction& function) { return jackknife(bins.sums, bins.counts, function); };
  const auto errors_of = [&](const DerivedFunction& function) { return jackknife_errors(bins.sums, bins.counts, function); };
  const auto terms_of = [&](std::size_t from, std::size_t count, bool outside) {
    return [&observer, from, count, outside](Means means) {
      std::vector<double> result;
      for (std::size_t c = 0; c < kCutoffs; ++c) {
        for (const double value : part(means, observer.boundary() + c * PlaneTally::kPerCutoff + from, count)) {
          result.push_back(outside ? 1.0 - value : value);
        }
      }
      return result;
    };
  };
  ComplexLatticeResults results;
  results.averages = of([&](Means means) { return part(means, 0, observer.averages()); });
  results.cumulants = of(cumulants);
  results.plane = of([&](Means means) { return part(means, observer.averages(), kPlanePowers.size()); });
  results.spectrum = errors_of([&](Means means) { return part(means, observer.spectrum(), 2 * shape.y * shape.half_x()); });
  if (model.name == "complex-phi4" && model.lambda == 0.0 && model.lambda_im == 0.0) results.exact_spectrum = free_spectrum(model, shape);
  results.criteria.schwinger_dyson = of(langevin_operators);
  results.criteria.outside = errors_of(terms_of(0, 1, true));
  results.criteria.boundary = errors_of(terms_of(1, 2 * kBoundaryPowers.size(), false));
  const double width = std::numbers::ln2 / static_cast<double>(kDriftCellsAnOctave);
  const DriftTail tail = drift_tail(drifts, width, 2.0 * equilibrium.tau_int);
  std::vector<std::string> doubts;
  if (!equilibrium.warnings.empty()) doubts.emplace_back("chains are not seen in equilibrium (" + joined(equilibrium.warnings, ", ") + ")");
  results.verdict = judge(results.criteria, tail, observer.cutoffs(), bins.counts.size(), doubts);
  return results;
}

namespace {

/// True of one of k and -k in the columns that hold both.
bool stands_twice(const FieldShape& shape, std::size_t k) {
  const std::size_t y = k / shape.half_x(), x = k % shape.half_x();
  return (x == 0 || 2 * x == shape.x) && 2 * y > shape.y;
}

void compare_modes(const Estimate& samples, const Estimate& ensemble, const FieldShape& shape, ComplexLatticeDifference& off) {
  off.spectrum = with_errors_of(ensemble, samples, [](std::size_t) { return false; });
  for (std::size_t i = 0; i < samples.value.size(); ++i) {
    off.spectrum.value[i] -= ensemble.value[i];
    if (!(samples.error[i] > 0.0) || stands_twice(shape, i / 2)) continue;
    const double pull = off.spectrum.value[i] / off.spectrum.error[i];
    off.squares += pull * pull;
    off.largest_mode = std::max(off.largest_mode, std::fabs(pull));
    ++off.modes;
  }
}

}  // namespace

ComplexLatticeDifference difference_of(const ComparedComplexLattice& samples, const ComparedComplexLattice& ensemble, bool told,
                                       const FieldShape& shape) {
  ComplexLatticeDifference off;
  off.cumulants = with_errors_of(ensemble.cumulants, samples.cumulants, [&](std::size_t i) { return told && i < 4; });  // orders 1, 2
  for (std::size_t i = 0; i < off.cumulants.value.size(); ++i) off.cumulants.value[i] -= ensemble.cumulants.value[i];
  const std::vector<int> even = even_orders_of(off.cumulants);
  for (const int i : even) {
    const auto at = static_cast<std::size_t>(i);
    off.largest_cumulant = std::max(off.largest_cumulant, std::fabs(off.cumulants.value[at] / off.cumulants.error[at]));
  }
  const std::size_t bins = std::min(samples.bins, ensemble.bins);
  const std::vector<double> none(off.cumulants.value.size(), 0.0);
  off.p_value = p_value_of(off.cumulants, none, even, bins);
  compare_modes(samples.spectrum, ensemble.spectrum, shape, off);
  return off;
}

}  // namespace scorefield
