#include "denoiser/component_features.h"

#include <algorithm>
#include <cmath>

namespace scorefield {

namespace {

/// <x^2>, <x y>, <y^2> of a site, mean over the complex fields, where modes have these variances.
std::array<double, 3> site_moments(const FieldReference& reference, std::span<const double> variances) {
  const std::size_t components = reference.basis->components();
  const std::vector<double> covariance = reference.basis->site_covariance(variances);
  std::array<double, 3> moments{};
  for (std::size_t c = 0; c < components; c += 2) {
    const double part = 2.0 / static_cast<double>(components);
    moments[0] += part * covariance[c * components + c];
    moments[1] += part * covariance[c * components + c + 1];
    moments[2] += part * covariance[(c + 1) * components + c + 1];
  }
  return moments;
}

}  // namespace

ComponentScales component_scales(const FieldReference& reference, const ReferenceLevel& level) {
  std::vector<double> denoised(reference.numbers());
  for (std::size_t i = 0; i < denoised.size(); ++i) denoised[i] = level.filter()[i] * reference.spectrum[i];
  const auto [xx, xy, yy] = site_moments(reference, denoised);
  return {std::sqrt(xx), xy / xx, std::sqrt(yy - xy * xy / xx)};
}

std::array<double, 2> component_units(const FieldReference& reference) {
  const auto [xx, xy, yy] = site_moments(reference, reference.spectrum);
  return {std::sqrt(xx), std::sqrt(yy)};
}

ComponentFields::ComponentFields(const FieldReference& reference, double widest, int order)
    : reference_(reference),
      widest_(widest),
      sites_(reference.shape.sites()),
      fields_(reference.basis->components() / 2),
      graph_(component_graph(fields_, order)),
      transform_(reference),
      units_(component_units(reference)),
      filter_(reference.numbers()),
      propagator_(reference.numbers()),
      denoised_(reference.numbers()),
      work_(reference.numbers()),
      modes_(reference.numbers()) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < graph_.size(); ++i) {
    begin_.push_back(size);
    size += width(graph_[i]) * sites_;
    if (!graph_[i].feature) continue;
    if (graph_[i].smoothed) {
      smoothed_.push_back(plain_.size());
      smoothed_nodes_.push_back(i);
    }
    plain_.push_back(i);
  }
  values_.resize(size);
}

void ComponentFields::set_level(const ReferenceLevel& level, double bound) {
  scales_ = component_scales(reference_, level);
  bound_ = bound;
  square_ = level.ratio() * level.ratio();
  unit_ = widest_ / (widest_ + square_);
  for (std::size_t i = 0; i < filter_.size(); ++i) {
    filter_[i] = level.filter()[i];
    propagator_[i] = propagator(reference_.spectrum[i]);
  }
}

/// X and Y; returns the largest before they are cut.
double ComponentFields::set_parts() {
  double largest = 0.0;
  const auto cut = [&](double value) {
    largest = std::max(largest, std::fabs(value));
    return std::clamp(value, -bound_, bound_);
  };
  for (std::size_t i = 0; i < graph_.size(); ++i) {
    if (graph_[i].kind > ComponentNode::Kind::imaginary_part) break;
    const bool real = graph_[i].kind == ComponentNode::Kind::real_part;
    for (std::size_t f = 0; f < fields_; ++f) {
      const double *x = &denoised_[2 * f * sites_], *y = &denoised_[(2 * f + 1) * sites_];
      double* const to = &node(i)[f * sites_];
      for (std::size_t s = 0; s < sites_; ++s) to[s] = cut(real ? x[s] / scales_.x : (y[s] - scales_.slope * x[s]) / scales_.rest);
    }
  }
  return largest;
}

void ComponentFields::smooth(std::size_t from, std::size_t to) {
  const std::span<double> source = node(from), target = node(to);
  for (std::size_t at = 0; at < source.size(); at += sites_) {
    const auto one = target.subspan(at, sites_);
    transform_.of_components(source.subspan(at, sites_), one);
    for (std::size_t k = 0; k < sites_; ++k) one[k] *= propagator_[k];  // of the widest modes, which stand first
    transform_.of_components(one, one);
  }
}

double ComponentFields::evaluate(std::span<const double> y) {
  for (std::size_t i = 0; i < y.size(); ++i) modes_[i] = filter_[i] * y[i];
  transform_.to_sites(modes_, denoised_);
  const double largest = set_parts();
  for (std::size_t i = 0; i < graph_.size(); ++i) {
    const ComponentNode& at = graph_[i];
    const std::span<double> to = node(i);
    if (at.kind == ComponentNode::Kind::smooth) {
      smooth(at.a, i);
    } else if (at.kind == ComponentNode::Kind::contraction) {
      std::fill(to.begin(), to.end(), 0.0);
      for (std::size_t f = 0; f < fields_; ++f) {
        const double *a = &node(at.a)[f * sites_], *b = &node(at.b)[f * sites_];
        for (std::size_t s = 0; s < sites_; ++s) to[s] += a[s] * b[s];
      }
    } else if (at.kind == ComponentNode::Kind::product) {
      const double* const scalar = node(at.a).data();
      for (std::size_t f = 0; f < fields_; ++f) {
        const double* const vector = &node(at.b)[f * sites_];
        for (std::size_t s = 0; s < sites_; ++s) to[f * sites_ + s] = scalar[s] * vector[s];
      }
    }
  }
  return largest;
}

void ComponentFields::transformed(std::span<double> to) {
  const std::size_t size = fields_ * sites_;
  for (std::size_t j = 0; j < plain_.size(); ++j) transform_.of_components(node(plain_[j]), to.subspan(j * size, size));
}

/// modes = U^dagger of the components' sums of factor [2][nodes] times node, in component_units.
void ComponentFields::add(const std::vector<std::size_t>& nodes, std::span<const double> factors, std::span<double> modes) {
  std::fill(work_.begin(), work_.end(), 0.0);
  for (std::size_t part = 0; part < 2; ++part) {
    for (std::size_t j = 0; j < nodes.size(); ++j) {
      const double factor = factors[part * nodes.size() + j] * units_[part];
      for (std::size_t f = 0; f < fields_; ++f) {
        const double* const from = &node(nodes[j])[f * sites_];
        double* const sum = &work_[(2 * f + part) * sites_];
        for (std::size_t s = 0; s < sites_; ++s) sum[s] += factor * from[s];
      }
    }
  }
  transform_.to_modes(work_, modes);
}

void ComponentFields::combine(std::span<const double> coefficients, std::span<double> to) {
  add(smoothed_nodes_, coefficients.subspan(2 * features()), modes_);
  add(plain_, coefficients.first(2 * features()), to);
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += propagator_[i] * modes_[i];
}

ComponentFeatureWorker::ComponentFeatureWorker(const FieldReference& reference, const FeatureFit& fit)
    : reference_(reference), fit_(fit), fields_(reference, fit.widest, fit.order), transform_(reference), sites_(reference.numbers()) {}

void ComponentFeatureWorker::evaluate(const ReferenceLevel& level, std::span<const double> y, std::span<double> out) {
  const FeatureFit::Level fit = fit_.at(level.ratio());
  const std::size_t numbers = reference_.numbers();
  fields_.set_level(level, fit.scales.bound);
  for (std::size_t first = 0; first < y.size(); first += numbers) {
    fields_.evaluate(y.subspan(first, numbers));
    fields_.combine(fit.coefficients, out.subspan(first, numbers));
  }
  take_out(reference_, level, fit.linear, fit.zero, y, out);
  for (std::size_t first = 0; first < y.size(); first += numbers) cut(out.subspan(first, numbers), fit.limit);
}

/// No site is moved further than any that the fit saw.
void ComponentFeatureWorker::cut(std::span<double> r, double limit) {
  transform_.to_sites(r, sites_);
  const std::size_t sites = reference_.shape.sites();
  bool outside = false;
  for (std::size_t i = 0; i < sites_.size(); ++i) {
    const double most = limit * fields_.units()[i / sites % 2];
    if (std::fabs(sites_[i]) <= most) continue;
    outside = true;
    sites_[i] = std::clamp(sites_[i], -most, most);  // what is no number stays so, for all to see
  }
  if (outside) transform_.to_modes(sites_, r);
}

}  // namespace scorefield
