#include "denoiser/features.h"

#include <algorithm>
#include <cmath>

#include "denoiser/component_features.h"
#include "denoiser/level_interpolation.h"

namespace scorefield {
namespace {

/// R -> R - U^dagger A U y.
void take_out_components(const ModeBasis& basis, std::span<const double> linear, std::span<const double> y, std::span<double> r) {
  const ModeMatrix a(basis.orbits(), basis.components(), linear);
  const std::size_t numbers = basis.numbers();
  std::vector<double> field(numbers), taken(numbers);
  for (std::size_t first = 0; first < y.size(); first += numbers) {
    basis.vectors().apply(y.subspan(first, numbers), field);
    a.apply(field, taken);
    basis.vectors().apply_adjoint(taken, field);
    for (std::size_t k = 0; k < numbers; ++k) r[first + k] -= field[k];
  }
}

}  // namespace

FeatureFields::FeatureFields(const FieldReference& reference, double widest, std::vector<FeatureNode> graph)
    : reference_(reference),
      graph_(std::move(graph)),
      nodes_(features_of(graph_)),
      sites_(reference.shape.sites()),
      widest_(widest),
      propagator_(sites_),
      hartley_(Hartley::orthogonal(reference.shape)),
      values_(graph_.size() * sites_),
      work_(sites_),
      more_work_(sites_) {}

void FeatureFields::set_level(const ReferenceLevel& level, const FeatureScales& scales) {
  level_ = level;
  scales_ = scales;
  const double unit = widest_ / (widest_ + level.ratio() * level.ratio());
  for (std::size_t k = 0; k < sites_; ++k) propagator_[k] = level.filter()[k] / unit;
}

void FeatureFields::smooth(std::span<const double> from, std::span<double> to) {
  hartley_.transform(from, to);
  const double* by = propagator_.data();
  for (std::size_t k = 0; k < sites_; ++k) to[k] *= by[k];
  hartley_.transform(to, to);
}

double FeatureFields::evaluate(std::span<const double> y) {
  const double root = std::sqrt(static_cast<double>(sites_)), m = reference_.magnetisation;
  const double sign = m > 0.0 ? level_->zero().sign(y[0]) : 0.0;
  const double centre = sign * m * root;
  const double* filter = level_->filter().data();
  for (std::size_t k = 0; k < sites_; ++k) work_[k] = filter[k] * y[k];
  work_[0] = level_->zero().denoised(y[0]) - centre;
  double largest = 0.0;
  for (std::size_t i = 0; i < graph_.size(); ++i) {
    const std::span<double> to = node(i);
    switch (graph_[i].kind) {
      case FeatureNode::Kind::fluctuation: {
        hartley_.transform(work_, to);
        const double scale = 1.0 / scales_.deviation;
        for (double& u : to) {
          u *= scale;
          largest = std::max(largest, std::fabs(u));
          u = std::clamp(u, -scales_.bound, scales_.bound);
        }
        break;
      }
      case FeatureNode::Kind::sign: std::fill(to.begin(), to.end(), sign); break;
      case FeatureNode::Kind::smooth: smooth(node(graph_[i].a), to); break;
      case FeatureNode::Kind::product: {
        const double *a = node(graph_[i].a).data(), *b = node(graph_[i].b).data();
        for (std::size_t x = 0; x < sites_; ++x) to[x] = a[x] * b[x];
        break;
      }
    }
  }
  return largest;
}

void FeatureFields::transformed(std::span<double> features) {
  const double* by = propagator_.data();
  std::size_t smoothed = nodes_.plain.size();
  for (std::size_t i = 0; i < nodes_.plain.size(); ++i) {
    const auto plain = features.subspan(i * sites_, sites_);
    hartley_.transform(node(nodes_.plain[i]), plain);
    if (!graph_[nodes_.plain[i]].smoothed) continue;
    const auto to = features.subspan(smoothed++ * sites_, sites_);
    for (std::size_t k = 0; k < sites_; ++k) to[k] = by[k] * plain[k];
  }
}

void FeatureFields::combine(std::span<const double> coefficients, std::span<double> to) {
  const auto add = [&](const std::vector<std::size_t>& nodes, std::span<const double> factors, std::span<double> sum) {
    std::fill(sum.begin(), sum.end(), 0.0);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const double *from = node(nodes[i]).data(), factor = factors[i];
      for (std::size_t x = 0; x < sites_; ++x) sum[x] += factor * from[x];
    }
    hartley_.transform(sum, sum);
  };
  add(nodes_.plain, coefficients.first(nodes_.plain.size()), work_);
  add(nodes_.smoothed, coefficients.subspan(nodes_.plain.size()), more_work_);
  const double* by = propagator_.data();
  for (std::size_t k = 0; k < sites_; ++k) to[k] = work_[k] + by[k] * more_work_[k];
}

std::array<double, kZeroFunctions> zero_functions(const FieldReference& reference, const ReferenceLevel& level, double zero_mode) {
  const double reach = level.zero().reach(), square_of = reference.zero.square();
  const double deviation = square_of / std::sqrt(square_of + level.ratio() * level.ratio());
  const double x = std::clamp(level.zero().denoised(zero_mode), -reach, reach) / deviation;
  const double square = x * x;
  return {x, x * square, x * square * square, x * square * square * square};
}

FeatureFit::Level FeatureFit::at(double ratio) const {
  const LevelInterpolation of(ratios, scale, ratio);
  return {{of(deviations), of(bounds)}, of(limits), of(coefficients), of(linear), of(zero)};
}

void take_out(const FieldReference& reference, const ReferenceLevel& level, std::span<const double> linear, std::span<const double> zero,
              std::span<const double> y, std::span<double> r) {
  if (reference.basis) return take_out_components(*reference.basis, linear, y, r);
  const std::size_t sites = reference.numbers();
  for (std::size_t first = 0; first < y.size(); first += sites) {
    for (std::size_t k = 0; k < sites; ++k) r[first + k] -= linear[k] * y[first + k];
    const auto functions = zero_functions(reference, level, y[first]);
    for (std::size_t n = 0; n < kZeroFunctions; ++n) r[first] -= zero[n] * functions[n];
  }
}

std::size_t numbers_of_linear(const FieldReference& reference) {
  return reference.basis ? numbers_of_matrix(reference.basis->orbits(), reference.basis->components()) : reference.numbers();
}

namespace {

class FeatureWorker : public CorrectionWorker {
 public:
  FeatureWorker(const FieldReference& reference, const FeatureFit& fit)
      : reference_(reference),
        fit_(fit),
        fields_(reference, fit.widest, feature_graph(reference.magnetisation > 0.0, fit.order)),
        hartley_(Hartley::orthogonal(reference.shape)),
        sites_(reference.shape.sites()) {}

  void evaluate(const ReferenceLevel& level, std::span<const double> y, std::span<double> out) override {
    const FeatureFit::Level fit = fit_.at(level.ratio());
    fields_.set_level(level, fit.scales);
    const std::size_t sites = level.filter().size();
    for (std::size_t first = 0; first < y.size(); first += sites) {
      fields_.evaluate(y.subspan(first, sites));
      fields_.combine(fit.coefficients, out.subspan(first, sites));
    }
    take_out(reference_, level, fit.linear, fit.zero, y, out);
    for (std::size_t first = 0; first < y.size() && !fit.coefficients.empty(); first += sites) cut(out.subspan(first, sites), fit.limit);
  }

 private:
  /// No site is moved further than any that the fit saw: what polynomials make of fields unlike those would grow without bound.
  void cut(std::span<double> r, double limit) {
    hartley_.transform(r, sites_);
    const auto outside = [&](double v) { return !(std::fabs(v) <= limit); };
    if (std::none_of(sites_.begin(), sites_.end(), outside)) return;
    for (double& v : sites_) v = std::clamp(v, -limit, limit);
    hartley_.transform(sites_, r);
  }

  const FieldReference& reference_;
  const FeatureFit& fit_;
  FeatureFields fields_;
  Hartley hartley_;
  std::vector<double> sites_;
};

class NoWorker : public CorrectionWorker {
 public:
  void evaluate(const ReferenceLevel& /*level*/, std::span<const double> /*y*/, std::span<double> out) override {
    std::fill(out.begin(), out.end(), 0.0);
  }
};

}  // namespace

std::unique_ptr<CorrectionWorker> FeatureCorrection::worker() const {
  if (reference_.basis) return std::make_unique<ComponentFeatureWorker>(reference_, fit_);
  return std::make_unique<FeatureWorker>(reference_, fit_);
}

std::unique_ptr<CorrectionWorker> NoCorrection::worker() const { return std::make_unique<NoWorker>(); }

}  // namespace scorefield
