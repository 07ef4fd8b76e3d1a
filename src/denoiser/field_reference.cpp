#include "denoiser/field_reference.h"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <numbers>

namespace scorefield {
namespace {

/// P(n > x) of a standard normal number.
double upper_tail(double x) { return 0.5 * std::erfc(x * std::numbers::sqrt2 / 2.0); }
/// The x with P(n > x) = p.
double from_upper_tail(double p) { return std::numbers::sqrt2 * boost::math::erfc_inv(2.0 * p); }
double density(double x) { return std::exp(-0.5 * x * x) / std::sqrt(2.0 * std::numbers::pi); }

/// P(X > x) of the mixture, for x >= 0.
double mixture_tail(double x, double centre, double deviation) {
  return 0.5 * (upper_tail((x - centre) / deviation) + upper_tail((x + centre) / deviation));
}

/// P(0 < X < x): what is exact between the peaks, where tails are nearly 1/2.
double mixture_middle(double x, double centre, double deviation) {
  const double low = upper_tail((centre - x) / deviation) - upper_tail(centre / deviation);   // of the peak at +centre
  const double high = upper_tail(centre / deviation) - upper_tail((centre + x) / deviation);  // of the other
  return 0.5 * (low + high);
}

/// x with P(0 < n < x) = p of a standard normal number.
double from_middle(double p) { return std::numbers::sqrt2 * boost::math::erf_inv(2.0 * p); }

double mixture_density(double x, double centre, double deviation) {
  return 0.5 * (density((x - centre) / deviation) + density((x + centre) / deviation)) / deviation;
}

}  // namespace

double whiten_mixture(double x, double centre, double deviation) {
  const double at = std::fabs(x);
  const double tail = mixture_tail(at, centre, deviation);
  if (tail == 0.0) return std::copysign((at - centre) / deviation, x);  // 38 deviations away: the shift by log 2 is below rounding
  const double whitened = tail < 0.25 ? from_upper_tail(tail) : from_middle(mixture_middle(at, centre, deviation));
  return std::copysign(whitened, x);
}

/// Bisection on a bracket that always holds the root, then Newton where it stays inside: the function is monotonic.
double unwhiten_mixture(double whitened, double centre, double deviation) {
  const double wanted = std::fabs(whitened);
  double low = 0.0, high = centre + deviation * (wanted + 1.0);
  double x = centre + deviation * (wanted - 0.5);
  for (int i = 0; i < 200; ++i) {
    if (!(x > low && x < high)) x = 0.5 * (low + high);
    const double difference = whiten_mixture(x, centre, deviation) - wanted;
    (difference > 0.0 ? high : low) = x;
    const double step = difference / slope_of_mixture(x, centre, deviation);
    if (std::fabs(step) < 1e-14 * (deviation + x) || high - low < 1e-15 * (deviation + high)) break;
    x -= step;
  }
  return std::copysign(x, whitened);
}

double slope_of_mixture(double x, double centre, double deviation) {
  return mixture_density(x, centre, deviation) / density(whiten_mixture(x, centre, deviation));
}

double FieldReference::site_variance() const {
  double sum = 0.0;
  for (const double c : spectrum) sum += c;
  return sum / static_cast<double>(spectrum.size()) + magnetisation * magnetisation;
}

double FieldReference::widest() const { return *std::max_element(spectrum.begin(), spectrum.end()); }

ReferenceLevel::ReferenceLevel(const FieldReference& reference, double ratio)
    : centre_(reference.magnetisation * std::sqrt(static_cast<double>(reference.shape.sites()))), ratio_(ratio) {
  const double square = ratio * ratio;
  const double largest = reference.widest() / (reference.widest() + square);
  for (const double c : reference.spectrum) {
    filter_.push_back(c / (c + square));
    propagator_.push_back(filter_.back() / largest);
    deviation_.push_back(std::sqrt(c + square));
  }
}

double ReferenceLevel::sign(double zero_mode) const { return std::tanh(centre_ * zero_mode / (deviation_[0] * deviation_[0])); }

void ReferenceLevel::add_denoised(std::span<const double> y, std::span<double> to) const {
  for (std::size_t k = 0; k < y.size(); ++k) to[k] += filter_[k] * y[k];
  to[0] += (1.0 - filter_[0]) * sign(y[0]) * centre_;
}

void ReferenceLevel::whiten(std::span<const double> h, std::span<double> whitened) const {
  const double zero = centre_ > 0.0 ? whiten_mixture(h[0], centre_, deviation_[0]) : h[0] / deviation_[0];
  for (std::size_t k = 0; k < h.size(); ++k) whitened[k] = h[k] / deviation_[k];
  whitened[0] = zero;
}

void ReferenceLevel::unwhiten(std::span<const double> whitened, std::span<double> h) const {
  const double zero = centre_ > 0.0 ? unwhiten_mixture(whitened[0], centre_, deviation_[0]) : whitened[0] * deviation_[0];
  for (std::size_t k = 0; k < h.size(); ++k) h[k] = whitened[k] * deviation_[k];
  h[0] = zero;
}

void ReferenceLevel::slopes(double zero_mode, std::span<double> slopes) const {
  for (std::size_t k = 0; k < slopes.size(); ++k) slopes[k] = 1.0 / deviation_[k];
  if (centre_ > 0.0) slopes[0] = slope_of_mixture(zero_mode, centre_, deviation_[0]);
}

}  // namespace scorefield
