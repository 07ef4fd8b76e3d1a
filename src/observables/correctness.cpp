#include "observables/correctness.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/text.h"
#include "observables/plane_tally.h"

namespace scorefield {
namespace {

constexpr double kLargest = 200.0;   // of the sample, at least, for the exponent of the tail
constexpr double kTailRatio = 30.0;  // so many times more, for how it grows
constexpr double kSharpness = 5.0;   // growth of the exponent in its errors, where |K| falls like exp(-u^p)
constexpr double kFarOut = 1e-3;     // of the sample, beyond half a boundary term's cutoff
constexpr double kSigmas = 4.0;      // that a number which vanishes may be away from 0
constexpr double kLeastPValue = 1e-4;
constexpr double kSteep = (kMaxOrder + 2.0) / 3.0;  // exponent beyond which <L z^8> has no boundary term, where |K| grows like |z|^3
constexpr std::size_t kFewestBins = 16;             // for a chi-squared of at most eight quantities

struct Hill {
  double exponent = 0.0;
  double error = 0.0;
  double number = 0.0;  ///< in the tail
};

/// From the cells that hold the largest `wanted` at least: if ln|K| falls as e^{-alpha t} there, cells of width w beyond the first have a
/// mean index m = 1/(e^{alpha w} - 1).
Hill hill(std::span<const double> counts, double width, double wanted) {
  double number = 0.0, index_sum = 0.0;
  for (std::size_t cell = counts.size(); cell-- > 0;) {
    index_sum += number;  // those above are one cell further from this one
    number += counts[cell];
    if (number < wanted) continue;
    const double exponent = index_sum > 0.0 ? std::log1p(number / index_sum) / width : 1.0 / width;
    return {exponent, exponent / std::sqrt(number), number};
  }
  return {};
}

/// How many of N the exponent is from. With n of them that of exp(-u^p) is p ln(N/n), with an error 1/sqrt(n) of it, and grows by p for
/// each factor e: over a ratio r it grows by sqrt(n) ln r/ln(N/n) errors. That is not to be less where N is larger.
double largest_of(double number) {
  const double wanted = kSharpness * std::log(std::max(2.0, number / kLargest)) / std::log(kTailRatio);
  return std::max(kLargest, wanted * wanted);
}

std::string in_errors(double value) { return formatted("%.1f sigma", value); }

}  // namespace

DriftTail drift_tail(std::span<const double> counts, double width, double correlation) {
  const double largest = largest_of(std::accumulate(counts.begin(), counts.end(), 0.0));
  const Hill end = hill(counts, width, largest), before = hill(counts, width, kTailRatio * largest);
  DriftTail tail;
  tail.known = end.number > 0.0 && before.number > 2.0 * end.number && std::isfinite(correlation);
  if (!tail.known) return tail;
  const double distance = std::log(before.number / end.number), more = std::sqrt(std::max(1.0, correlation));
  tail.exponent = end.exponent;
  tail.exponent_error = more * end.error;
  tail.growth = (end.exponent - before.exponent) / distance;
  tail.growth_error = more * std::hypot(end.error, before.error) / distance;
  return tail;
}

BoundaryTerm boundary_term(const PlaneEstimates& estimates, std::span<const double> cutoffs) {
  BoundaryTerm result;
  std::size_t far = 0;
  while (far < cutoffs.size() && estimates.outside.value[far] > kFarOut) ++far;
  far += kCutoffsAnOctave;
  if (far >= cutoffs.size()) return result;
  result.cutoff = cutoffs[far];
  result.outside = estimates.outside.value[far];
  const std::size_t terms = estimates.boundary.value.size() / cutoffs.size();
  for (std::size_t i = far * terms; i < (far + 1) * terms; ++i) {
    if (estimates.boundary.error[i] > 0.0) {
      result.largest = std::max(result.largest, std::fabs(estimates.boundary.value[i] / estimates.boundary.error[i]));
    }
  }
  return result;
}

namespace {

void judge_drift(Verdict& verdict) {
  const DriftTail& drift = verdict.drift;
  if (!drift.known) verdict.doubts.emplace_back("the configurations are too few to see the tail of the drift");
  if (!drift.known || drift.falls_fast()) return;
  if (!drift.is_power()) {
    verdict.doubts.push_back(formatted("the drift may fall like a power (exponent %.1f, growing by %.2f +- %.2f): make more configurations",
                                       drift.exponent, drift.growth, drift.growth_error));
  } else if (drift.exponent - 2.0 * drift.exponent_error > kSteep) {
    verdict.doubts.push_back(
        formatted("the drift seems to fall like a power, |K|^-%.1f: too steep by itself to change averages up to z^8, "
                  "but a slower one may begin there: make more configurations",
                  drift.exponent));
  } else {
    verdict.failures.push_back(formatted("the drift falls like a power, |K|^-%.2f", drift.exponent));
  }
}

/// Where nothing lies beyond its cutoff a boundary term is <L z^n>, which the Schwinger-Dyson equations judge.
void judge_boundary(Verdict& verdict) {
  const BoundaryTerm& boundary = verdict.boundary;
  if (boundary.cutoff == 0.0) verdict.doubts.emplace_back("|y| reaches beyond all cutoffs of boundary terms");
  if (boundary.outside == 0.0 || boundary.largest <= kSigmas) return;
  verdict.failures.push_back(formatted("there is a boundary term at |y| = %.3g, ", boundary.cutoff) + in_errors(boundary.largest));
}

/// Too large a step violates these, whatever tail it makes.
void judge_schwinger_dyson(Verdict& verdict, const Estimate& terms, std::size_t bins) {
  if (bins < kFewestBins) {
    verdict.doubts.push_back(formatted("the Schwinger-Dyson equations need %d bins, and there are %d: make more configurations",
                                       static_cast<int>(kFewestBins), static_cast<int>(bins)));
    return;
  }
  verdict.schwinger_dyson = chi_squared_of_even(terms, std::vector<double>(terms.value.size(), 0.0), bins);
  if (verdict.schwinger_dyson.p_value >= kLeastPValue) return;
  verdict.failures.push_back(formatted("Schwinger-Dyson equations are violated, p = %.1g", verdict.schwinger_dyson.p_value) +
                             ", as too large a generate.step does, too (try half of it), and too short a generate.thermalisation");
}

void judge_equilibrium(Verdict& verdict, const Estimate& late_early) {
  for (std::size_t i = 0; i < late_early.value.size(); ++i) {
    if (late_early.error[i] > 0.0)
      verdict.equilibrium = std::max(verdict.equilibrium, std::fabs(late_early.value[i] / late_early.error[i]));
  }
  if (verdict.equilibrium <= kSigmas) return;
  verdict.failures.push_back("late configurations of the walkers differ from early ones, by " + in_errors(verdict.equilibrium) +
                             ": take a longer generate.thermalisation");
}

}  // namespace

Verdict judge(const PlaneEstimates& estimates, const DriftTail& drift, std::span<const double> cutoffs, std::size_t bins,
              std::span<const std::string> doubts) {
  Verdict verdict;
  verdict.drift = drift;
  verdict.boundary = boundary_term(estimates, cutoffs);
  judge_drift(verdict);
  judge_boundary(verdict);
  judge_schwinger_dyson(verdict, estimates.schwinger_dyson, bins);
  judge_equilibrium(verdict, estimates.late_early);
  verdict.doubts.insert(verdict.doubts.end(), doubts.begin(), doubts.end());
  return verdict;
}

std::string Verdict::word() const {
  if (!failures.empty()) return "failing";
  return doubts.empty() ? "good" : "undecided";
}

std::string Verdict::text() const {
  if (failures.empty() && doubts.empty()) {
    return formatted(
        "criteria: good. The drift is seen to fall faster than any power (exponent %.1f, growing by %.2f +- %.2f), no boundary term "
        "at |y| = %.3g (%.1f sigma), Schwinger-Dyson p = %.2g",
        drift.exponent, drift.growth, drift.growth_error, boundary.cutoff, boundary.largest, schwinger_dyson.p_value);
  }
  std::vector<std::string> all = failures;
  all.insert(all.end(), doubts.begin(), doubts.end());
  return (failures.empty() ? "criteria: undecided, " : "criteria: FAILING, these are not averages with exp(-S): ") + joined(all, "; ");
}

}  // namespace scorefield
