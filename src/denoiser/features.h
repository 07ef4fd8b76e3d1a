// The features of noisy fields, and the correction to the reference denoiser that is linear in them.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "denoiser/correction.h"
#include "denoiser/feature_graph.h"
#include "denoiser/field_reference.h"
#include "lattice/hartley.h"

namespace scorefield {

/// What features are made with at one noise.
struct FeatureScales {
  double deviation = 1.0;  ///< of the denoised fluctuation at a site, which is divided by it
  double bound = 0.0;      ///< on |u|, beyond which it is cut: polynomials of fields unlike all that the fit saw would run away
};

/// Evaluates a graph for one field at a time. Holds what it works in: one object a thread. Local.
class FeatureFields {
 public:
  /// `widest`: W; the posterior's propagator is divided by W r^2/(W + r^2).
  FeatureFields(const FieldReference& reference, double widest, std::vector<FeatureNode> graph);

  std::size_t features() const { return nodes_.plain.size() + nodes_.smoothed.size(); }
  const FeatureNodes& nodes() const { return nodes_; }
  /// The posterior's propagator C r^2/(C + r^2) in its unit, all modes.
  std::span<const double> propagator() const { return propagator_; }

  /// The noise of the fields that follow, and what features are made with there; keeps copies. To be called first.
  void set_level(const ReferenceLevel& level, const FeatureScales& scales);

  /// All nodes of the noisy field with Hartley coefficients `y`. Returns the largest |u| before it was cut.
  double evaluate(std::span<const double> y);
  /// Hartley coefficients of all features of the last field, [feature][k].
  void transformed(std::span<double> features);
  /// sum of coefficient times feature, in Hartley coefficients, of the last field.
  void combine(std::span<const double> coefficients, std::span<double> to);

 private:
  std::span<double> node(std::size_t i) { return std::span(values_).subspan(i * sites_, sites_); }
  void smooth(std::span<const double> from, std::span<double> to);

  FieldReference reference_;
  std::vector<FeatureNode> graph_;
  FeatureNodes nodes_;
  std::size_t sites_;
  double widest_;
  std::vector<double> propagator_;
  Hartley hartley_;
  std::optional<ReferenceLevel> level_;
  FeatureScales scales_;
  std::vector<double> values_;  ///< [node][site]
  std::vector<double> work_, more_work_;
};

/// x, x^3, x^5, x^7 of x = E[h_0(0) | y(0)] over its deviation, C/sqrt(C + r^2) with C = <h_0(0)^2>, cut where data end. What features make
/// of the zero mode is smooth in it: these leave nothing that 10^4 configurations could see. (Polynomials of the whitened number, up to the
/// ninth, leave 6 % of the flow's slope, and P(M) 40 % wrong in places.)
constexpr std::size_t kZeroFunctions = 4;
constexpr double kZeroRidge = 1e-7;  ///< of their fit: in a broken phase |x| hardly differs from 1, and its powers from each other
std::array<double, kZeroFunctions> zero_functions(const FieldReference& reference, const ReferenceLevel& level, double zero_mode);

/// Takes A(k) y(k) out of r(k), and sum_n B_n H_n out of r(0), of one field or several, one behind the other: `linear` A, `zero` B. With
/// several components A(k) is a matrix in them (mode_matrix.h), and there is no B.
void take_out(const FieldReference& reference, const ReferenceLevel& level, std::span<const double> linear, std::span<const double> zero,
              std::span<const double> y, std::span<double> r);

/// Numbers of A.
std::size_t numbers_of_linear(const FieldReference& reference);

/// Coefficients at some noises, between which they are interpolated.
struct FeatureFit {
  int order = 7;
  double widest = 1.0;                            ///< W of its origin: coefficients mean the same on a lattice of another size
  double scale = 1.0;                             ///< v of the coordinate l = -asinh(sqrt(v)/r)
  std::vector<double> ratios;                     ///< ascending
  std::vector<double> deviations;                 ///< of u's denominator, one a ratio
  std::vector<double> bounds;                     ///< on |u|, one a ratio
  std::vector<double> limits;                     ///< on |R| at a site, one a ratio
  std::vector<std::vector<double>> coefficients;  ///< one list a ratio
  std::vector<std::vector<double>> linear;        ///< A, one list a ratio
  std::vector<std::vector<double>> zero;          ///< B, one list a ratio

  /// All of it at one noise: linear in l between two ratios, constant outside.
  struct Level {
    FeatureScales scales{};
    double limit = 0.0;
    std::vector<double> coefficients, linear, zero;
  };
  Level at(double ratio) const;
};

/// R(k) = sum_i c_i(r) F_i(k) - A(k; r) y(k), where A takes out of the features what is linear in the mode: E[R(k) y(k)] = 0 holds for the
/// exact score, because the reference is the best linear denoiser, and keeps the two-point function right along the process. Of the zero
/// mode all that depends on it alone is taken out, - sum_n B_n H_n with the zero functions H_n: E[R(0) | y(0)] = 0 keeps its law as it was
/// measured. The features of several components are those of component_features.h, and E[R(k) y(k)^dagger] = 0.
class FeatureCorrection : public Correction {
 public:
  FeatureCorrection(FieldReference reference, FeatureFit fit) : reference_(std::move(reference)), fit_(std::move(fit)) {}
  std::unique_ptr<CorrectionWorker> worker() const override;

 private:
  FieldReference reference_;
  FeatureFit fit_;
};

}  // namespace scorefield
