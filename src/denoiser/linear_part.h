// What of a correction is linear in its own mode, or depends on the zero mode alone.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "denoiser/correction.h"
#include "denoiser/cross_spectra.h"
#include "denoiser/mode_orbits.h"

namespace scorefield {

/// Sums over configurations from which the part of R that the exact score does not have follows: sum_k R(k) y(k) over the modes that the
/// lattice makes alike, and R(0) times the zero functions (features.h); of several components their cross spectra. Local; one object may be
/// shared by threads.
class LinearPart {
 public:
  /// `reference` must outlive it.
  explicit LinearPart(const FieldReference& reference);
  /// Entries of the sums.
  std::size_t numbers() const;
  /// Adds a configuration, in Hartley coefficients.
  void add(const ReferenceLevel& level, std::span<const double> y, std::span<const double> r, std::span<double> sums) const;

  /// The best A and B of  R(k) ~ A(k) y(k),  R(0) ~ sum_n B_n H_n.
  struct Solution {
    std::vector<double> linear, zero;  ///< as many numbers as A has (features.h), and as there are zero functions
  };
  /// From the sums (numbers()) over all configurations.
  Solution solve(std::span<const double> sums) const;

 private:
  void add_components(std::span<const double> y, std::span<const double> r, std::span<double> sums) const;
  Solution solve_components(std::span<const double> sums) const;

  const FieldReference& reference_;
  ModeOrbits orbits_;
  std::optional<CrossSpectra> spectra_;  ///< of the components of y and, behind them, of R
};

/// Such parts at some noises, linear in l = -asinh(sqrt(scale)/r) between them and constant outside.
struct LinearFit {
  double scale = 1.0;
  std::vector<double> ratios;                     ///< ascending
  std::vector<std::vector<double>> linear, zero;  ///< A and B, one list a ratio
  LinearPart::Solution at(double ratio) const;
};

/// A correction without a linear part of it: R(k) - A(k) y(k), R(0) - sum_n B_n H_n. All must outlive it.
class CalibratedCorrection : public Correction {
 public:
  CalibratedCorrection(const FieldReference& reference, const Correction& correction, const LinearFit& part)
      : reference_(reference), correction_(correction), part_(part) {}
  std::unique_ptr<CorrectionWorker> worker() const override;

 private:
  const FieldReference& reference_;
  const Correction& correction_;
  const LinearFit& part_;
};

}  // namespace scorefield
