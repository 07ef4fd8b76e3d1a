#include "denoiser/field_reference.h"

#include <algorithm>
#include <cmath>

namespace scorefield {

double FieldReference::site_variance() const {
  double sum = 0.0;
  for (const double c : spectrum) sum += c;
  return sum / static_cast<double>(spectrum.size()) + magnetisation * magnetisation;
}

double FieldReference::least_site_variance() const {
  if (!basis) return site_variance();
  const std::vector<double> covariance = basis->site_covariance(spectrum);
  double least = covariance[0];
  for (std::size_t a = 0; a < basis->components(); ++a) least = std::min(least, covariance[a * (basis->components() + 1)]);
  return least;
}

double FieldReference::widest() const { return *std::max_element(spectrum.begin(), spectrum.end()); }

ReferenceLevel::ReferenceLevel(const FieldReference& reference, double ratio) : ratio_(ratio), zero_(reference.zero, ratio) {
  const double square = ratio * ratio;
  for (const double c : reference.spectrum) {
    filter_.push_back(c / (c + square));
    deviation_.push_back(std::sqrt(c + square));
    denoised_variance_ += filter_.back() * c;
    posterior_variance_ += filter_.back() * square;
  }
  denoised_variance_ /= static_cast<double>(filter_.size());
  posterior_variance_ /= static_cast<double>(filter_.size());
}

void ReferenceLevel::add_denoised(std::span<const double> y, std::span<double> to) const {
  to[0] += zero_.denoised(y[0]);
  for (std::size_t k = 1; k < y.size(); ++k) to[k] += filter_[k] * y[k];
}

void ReferenceLevel::whiten(std::span<const double> h, std::span<double> whitened) const {
  const double zero = zero_.whiten(h[0]);
  for (std::size_t k = 0; k < h.size(); ++k) whitened[k] = h[k] / deviation_[k];
  whitened[0] = zero;
}

void ReferenceLevel::unwhiten(std::span<const double> whitened, std::span<double> h) const {
  const double zero = zero_.unwhiten(whitened[0]);
  for (std::size_t k = 0; k < h.size(); ++k) h[k] = whitened[k] * deviation_[k];
  h[0] = zero;
}

void ReferenceLevel::slopes(double zero_mode, std::span<double> slopes) const {
  for (std::size_t k = 0; k < slopes.size(); ++k) slopes[k] = 1.0 / deviation_[k];
  slopes[0] = zero_.slope(zero_mode);
}

}  // namespace scorefield
