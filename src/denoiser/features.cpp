#include "denoiser/features.h"

#include <algorithm>
#include <cmath>

namespace scorefield {

FeatureFields::FeatureFields(const FieldReference& reference, std::vector<FeatureNode> graph)
    : reference_(reference),
      graph_(std::move(graph)),
      sites_(reference.shape.sites()),
      hartley_(Hartley::orthogonal(reference.shape)),
      values_(graph_.size() * sites_),
      work_(sites_),
      more_work_(sites_) {
  const double m = reference.magnetisation;
  deviation_ = std::sqrt(reference.site_variance() - m * m);
  for (std::size_t i = 0; i < graph_.size(); ++i) {
    if (graph_[i].feature) own_.push_back(i);
  }
}

void FeatureFields::set_level(const ReferenceLevel& level, double bound) {
  level_ = level;
  bound_ = bound;
}

void FeatureFields::smooth(std::span<const double> from, std::span<double> to) {
  hartley_.transform(from, to);
  const double* by = level_->propagator().data();
  for (std::size_t k = 0; k < sites_; ++k) to[k] *= by[k];
  hartley_.transform(to, to);
}

double FeatureFields::evaluate(std::span<const double> y) {
  const double root = std::sqrt(static_cast<double>(sites_)), m = reference_.magnetisation;
  const double sign = m > 0.0 ? level_->sign(y[0]) : 0.0;
  const double centre = sign * m * root;
  const double* filter = level_->filter().data();
  for (std::size_t k = 0; k < sites_; ++k) work_[k] = filter[k] * y[k];
  work_[0] = filter[0] * (y[0] - centre);
  double largest = 0.0;
  for (std::size_t i = 0; i < graph_.size(); ++i) {
    const std::span<double> to = node(i);
    switch (graph_[i].kind) {
      case FeatureNode::Kind::fluctuation: {
        hartley_.transform(work_, to);
        const double scale = 1.0 / deviation_;
        for (double& u : to) {
          u *= scale;
          largest = std::max(largest, std::fabs(u));
          u = std::clamp(u, -bound_, bound_);
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
  const double* by = level_->propagator().data();
  for (std::size_t i = 0; i < own_.size(); ++i) {
    const auto plain = features.subspan(i * sites_, sites_), smoothed = features.subspan((own_.size() + i) * sites_, sites_);
    hartley_.transform(node(own_[i]), plain);
    for (std::size_t k = 0; k < sites_; ++k) smoothed[k] = by[k] * plain[k];
  }
}

void FeatureFields::combine(std::span<const double> coefficients, std::span<double> to) {
  std::fill(work_.begin(), work_.end(), 0.0);
  std::fill(more_work_.begin(), more_work_.end(), 0.0);
  for (std::size_t i = 0; i < own_.size(); ++i) {
    const double *from = node(own_[i]).data(), plain = coefficients[i], smoothed = coefficients[own_.size() + i];
    for (std::size_t x = 0; x < sites_; ++x) {
      work_[x] += plain * from[x];
      more_work_[x] += smoothed * from[x];
    }
  }
  hartley_.transform(work_, work_);
  hartley_.transform(more_work_, more_work_);
  const double* by = level_->propagator().data();
  for (std::size_t k = 0; k < sites_; ++k) to[k] = work_[k] + by[k] * more_work_[k];
}

std::vector<double> FeatureFit::at(double ratio) const {
  const auto next = std::upper_bound(ratios.begin(), ratios.end(), ratio);
  const auto above = static_cast<std::size_t>(next - ratios.begin());
  const std::size_t high = std::min(above, ratios.size() - 1), low = above == 0 ? 0 : above - 1;
  const double part = high > low ? std::log(ratio / ratios[low]) / std::log(ratios[high] / ratios[low]) : 0.0;
  std::vector<double> values;
  for (std::size_t i = 0; i < coefficients[low].size(); ++i) {
    values.push_back((1.0 - part) * coefficients[low][i] + part * coefficients[high][i]);
  }
  values.push_back((1.0 - part) * bounds[low] + part * bounds[high]);
  return values;
}

namespace {

class FeatureWorker : public CorrectionWorker {
 public:
  FeatureWorker(const FieldReference& reference, const FeatureFit& fit)
      : fit_(fit), fields_(reference, feature_graph(reference.magnetisation > 0.0, fit.order)) {}

  void evaluate(const ReferenceLevel& level, std::span<const double> y, std::span<double> out) override {
    const std::vector<double> values = fit_.at(level.ratio());
    const std::span<const double> coefficients = std::span(values).first(values.size() - 1);
    fields_.set_level(level, values.back());
    const std::size_t sites = level.filter().size();
    for (std::size_t first = 0; first < y.size(); first += sites) {
      fields_.evaluate(y.subspan(first, sites));
      fields_.combine(coefficients, out.subspan(first, sites));
    }
  }

 private:
  const FeatureFit& fit_;
  FeatureFields fields_;
};

class NoWorker : public CorrectionWorker {
 public:
  void evaluate(const ReferenceLevel& /*level*/, std::span<const double> /*y*/, std::span<double> out) override {
    std::fill(out.begin(), out.end(), 0.0);
  }
};

}  // namespace

std::unique_ptr<CorrectionWorker> FeatureCorrection::worker() const { return std::make_unique<FeatureWorker>(reference_, fit_); }

std::unique_ptr<CorrectionWorker> NoCorrection::worker() const { return std::make_unique<NoWorker>(); }

}  // namespace scorefield
