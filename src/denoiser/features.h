// The features of noisy fields, and the correction to the reference denoiser that is linear in them.
#pragma once

#include <optional>
#include <vector>

#include "denoiser/correction.h"
#include "denoiser/feature_graph.h"
#include "denoiser/field_reference.h"
#include "lattice/hartley.h"

namespace scorefield {

/// Evaluates a graph for one field at a time. Holds what it works in: one object a thread. Local.
class FeatureFields {
 public:
  FeatureFields(const FieldReference& reference, std::vector<FeatureNode> graph);

  std::size_t features() const { return 2 * own_.size(); }

  /// The noise, and the bound on |u|, beyond which u is cut: polynomials of fields unlike all that the fit saw would run away.
  void set_level(const ReferenceLevel& level, double bound);

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
  std::vector<std::size_t> own_;  ///< nodes that are features
  std::size_t sites_;
  double deviation_;  ///< of the fluctuation at a site
  Hartley hartley_;
  std::optional<ReferenceLevel> level_;
  double bound_ = 0.0;
  std::vector<double> values_;  ///< [node][site]
  std::vector<double> work_, more_work_;
};

/// Coefficients at some noises, between which they are interpolated.
struct FeatureFit {
  int order = 7;
  std::vector<double> ratios;                     ///< ascending
  std::vector<double> bounds;                     ///< on |u|, one a ratio
  std::vector<std::vector<double>> coefficients;  ///< one list a ratio

  /// Coefficients (and, behind them, the bound) at a noise: linear in log r between two ratios, constant outside.
  std::vector<double> at(double ratio) const;
};

/// R(y; r) = sum_i c_i(r) F_i(y; r).
class FeatureCorrection : public Correction {
 public:
  FeatureCorrection(FieldReference reference, FeatureFit fit) : reference_(std::move(reference)), fit_(std::move(fit)) {}
  std::unique_ptr<CorrectionWorker> worker() const override;

 private:
  FieldReference reference_;
  FeatureFit fit_;
};

}  // namespace scorefield
