// Whether complex Langevin can be trusted: criteria that need no exact result. Local.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "observables/plane_estimates.h"

namespace scorefield {

/// The tail of the distribution of |K|. Averages are those of exp(-S) only if it falls faster than any power (Nagata, Nishimura, Shimasaki
/// 2016). Hill's estimate of the exponent alpha in P(|K| > u) ~ u^-alpha from the largest fraction q of the sample is constant for a power;
/// for exp(-u^p) it grows by p for each factor e in q.
struct DriftTail {
  double exponent = 0.0;        ///< from the largest of the sample
  double exponent_error = 0.0;  ///< alpha/sqrt(n), n the number it is from
  double growth = 0.0;          ///< d alpha / d ln(1/q), from kTailRatio times as many down to these
  double growth_error = 0.0;
  bool known = false;  ///< false where the sample is too small

  /// Grows, by more than three errors.
  bool falls_fast() const { return known && growth > 3.0 * growth_error; }
  /// Does not, within one and a half.
  bool is_power() const { return known && growth < 1.5 * growth_error; }
};

/// From counts in cells that are equally wide in ln|K|, `width` each. `correlation`: 2 tau_int of what was counted, by whose root errors
/// are larger; where it is infinite, nothing is known.
DriftTail drift_tail(std::span<const double> counts, double width, double correlation = 1.0);

/// A boundary term: <theta(Y - |y|) L z^n> where Y is twice the smallest cutoff beyond which at most 1/1000 of the sample lies. What falls
/// fast has nothing beyond, and the average is <L z^n> = 0; with a tail like a power there is a plateau (Scherzer, Seiler, Sexty,
/// Stamatescu 2019).
struct BoundaryTerm {
  double cutoff = 0.0;   ///< Y; 0 if no cutoff lies so far out
  double outside = 0.0;  ///< share beyond Y
  double largest = 0.0;  ///< of |Re| and |Im| for n = 2, 4, in errors
};
BoundaryTerm boundary_term(const PlaneEstimates& estimates, std::span<const double> cutoffs);

struct Verdict {
  DriftTail drift;
  BoundaryTerm boundary;
  ChiSquared schwinger_dyson;         ///< of <L z^n>, n = 2, 4, 6, 8, against 0
  double equilibrium = 0.0;           ///< the largest of late less early, in errors
  std::vector<std::string> failures;  ///< what is wrong, in words
  std::vector<std::string> doubts;    ///< what could not be told

  /// "good", "failing" or "undecided".
  std::string word() const;
  /// One plain line.
  std::string text() const;
};

/// `doubts`: what else is known to speak against the run, in words.
Verdict judge(const PlaneEstimates& estimates, const DriftTail& drift, std::span<const double> cutoffs, std::size_t bins,
              std::span<const std::string> doubts = {});

}  // namespace scorefield
