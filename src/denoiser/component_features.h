// The features of noisy complexified fields, and the correction to their reference that is linear in them.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "denoiser/component_graph.h"
#include "denoiser/correction.h"
#include "denoiser/features.h"
#include "denoiser/mode_transform.h"

namespace scorefield {

/// Of the denoised fluctuation d at a site, mean over the complex fields: X = d_x/x, Y = (d_y - slope d_x)/rest are independent.
struct ComponentScales {
  double x = 1.0, slope = 0.0, rest = 1.0;  ///< deviation of d_x, <d_x d_y>/<d_x^2>, deviation of d_y - slope d_x
};
ComponentScales component_scales(const FieldReference& reference, const ReferenceLevel& level);

/// Deviations of the real and the imaginary parts of the fields at a site, without noise: the units of coefficients and limits, the same at
/// all levels, so that what is fitted to noise at the highest stays as small as it is.
std::array<double, 2> component_units(const FieldReference& reference);

/// Evaluates a graph for one field at a time. Each feature, a vector over the complex fields, may correct their real parts or their
/// imaginary ones: coefficients are [2][features] and, behind them, [2][smoothed features], in component_units.
/// Holds what it works in: one object a thread. Local.
class ComponentFields {
 public:
  ComponentFields(const FieldReference& reference, double widest, int order);

  /// Vectors, and how many of them are smoothed, too.
  std::size_t features() const { return plain_.size(); }
  std::size_t smoothed() const { return smoothed_.size(); }
  /// For each smoothed one, which feature it is.
  const std::vector<std::size_t>& smoothed_features() const { return smoothed_; }
  /// The posterior's propagator v r^2/(v + r^2), in units of W r^2/(W + r^2), of a mode of variance v.
  double propagator(double variance) const { return variance / (variance + square_) / unit_; }
  const std::array<double, 2>& units() const { return units_; }

  /// The noise of the fields that follow, and the bound on |X| and |Y|, beyond which they are cut; keeps copies. To be called first.
  void set_level(const ReferenceLevel& level, double bound);
  /// All nodes of the noisy field with modes `y`. Returns the largest |X| or |Y| before it was cut.
  double evaluate(std::span<const double> y);
  /// Hartley coefficients of all features of the last field, [feature][complex field][k].
  void transformed(std::span<double> to);
  /// sum of coefficient times feature, in modes, of the last field.
  void combine(std::span<const double> coefficients, std::span<double> to);

 private:
  std::size_t width(const ComponentNode& node) const { return node.vector ? fields_ : 1; }
  std::span<double> node(std::size_t i) { return std::span(values_).subspan(begin_[i], width(graph_[i]) * sites_); }
  double set_parts();
  void smooth(std::size_t from, std::size_t to);
  void add(const std::vector<std::size_t>& nodes, std::span<const double> factors, std::span<double> modes);

  const FieldReference& reference_;
  double widest_;
  std::size_t sites_, fields_;
  std::vector<ComponentNode> graph_;
  std::vector<std::size_t> plain_, smoothed_, smoothed_nodes_, begin_;
  ModeTransform transform_;
  std::array<double, 2> units_;
  ComponentScales scales_;
  double bound_ = 0.0, square_ = 0.0, unit_ = 1.0;
  std::vector<double> filter_, propagator_;
  std::vector<double> values_, denoised_, work_, modes_;
};

/// Evaluates a fit (features.h) for fields of several components; the limit on |R| is in component_units. What it is made of
/// must outlive it.
class ComponentFeatureWorker : public CorrectionWorker {
 public:
  ComponentFeatureWorker(const FieldReference& reference, const FeatureFit& fit);
  void evaluate(const ReferenceLevel& level, std::span<const double> y, std::span<double> out) override;

 private:
  void cut(std::span<double> r, double limit);

  const FieldReference& reference_;
  const FeatureFit& fit_;
  ComponentFields fields_;
  ModeTransform transform_;
  std::vector<double> sites_;
};

}  // namespace scorefield
