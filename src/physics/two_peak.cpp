#include "physics/two_peak.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/rng.h"
#include "base/vector_math.h"

namespace scorefield {
namespace {

/// (1/2) log(w/(1-w)), kept finite for w = 0 and 1, where tanh of 400 is 1 to rounding.
double half_log_odds(double weight) { return std::clamp(0.5 * (std::log(weight) - std::log1p(-weight)), -400.0, 400.0); }

double normal_distribution_function(double x) { return 0.5 * std::erfc(-x * std::sqrt(0.5)); }

}  // namespace

TwoPeak::TwoPeak(double mu0, double sigma0, double weight) : mu0_(mu0), sigma0_(sigma0), weight_(weight) {}

void TwoPeak::draw(std::uint64_t seed, std::uint64_t first, std::span<double> x) const {
  std::vector<double> branch(x.size());
  fill_uniforms({seed, Stream::model_branch, 0}, first, branch);
  fill_normals({seed, Stream::model_noise, 0}, first, x);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = sigma0_ * x[i] + (branch[i] < weight_ ? mu0_ : -mu0_);
}

void TwoPeak::score(const NoiseLevel& level, std::span<const double> x, std::span<double> out) const {
  const double mean = mu0_ * level.kept;
  const double inverse = 1.0 / (sigma0_ * sigma0_ * level.kept * level.kept + level.noise_variance);
  const double slope = mean * inverse;
  const double tilt = half_log_odds(weight_);
  const double* in = x.data();
  double* result = out.data();
  const std::size_t size = x.size();
#pragma omp simd
  for (std::size_t i = 0; i < size; ++i) {
    result[i] = slope * vmath::tanh(slope * in[i] + tilt) - inverse * in[i];
  }
}

/// The cumulants of s = +-1 follow from d/dh with a = tanh h: k_1 = a, k_{n+1} = (1 - a^2) dk_n/da, so each is
/// a polynomial in a.
Orders TwoPeak::cumulants() const {
  const double a = 2.0 * weight_ - 1.0;
  std::vector<double> polynomial = {0.0, 1.0};
  Orders result{};
  double scale = 1.0;
  for (int n = 1; n <= kMaxOrder; ++n) {
    scale *= mu0_;
    double value = 0.0;
    for (std::size_t k = polynomial.size(); k-- > 0;) value = value * a + polynomial[k];
    result[n - 1] = scale * value;
    std::vector<double> next(polynomial.size() + 1, 0.0);
    for (std::size_t k = 1; k < polynomial.size(); ++k) {
      next[k - 1] += static_cast<double>(k) * polynomial[k];
      next[k + 1] -= static_cast<double>(k) * polynomial[k];
    }
    polynomial = next;
  }
  result[1] += sigma0_ * sigma0_;
  return result;
}

double TwoPeak::generating_function(double source) const {
  const double up = mu0_ * source;
  const double top = std::abs(up);
  const double peaks = weight_ * std::exp(up - top) + (1.0 - weight_) * std::exp(-up - top);
  return 0.5 * sigma0_ * sigma0_ * source * source + top + std::log(peaks);
}

double TwoPeak::distribution_function(const NoiseLevel& level, double x) const {
  const double mean = mu0_ * level.kept;
  const double width = std::sqrt(sigma0_ * sigma0_ * level.kept * level.kept + level.noise_variance);
  return weight_ * normal_distribution_function((x - mean) / width) + (1.0 - weight_) * normal_distribution_function((x + mean) / width);
}

bool TwoPeak::symmetric() const { return weight_ == 0.5 || mu0_ == 0.0; }

}  // namespace scorefield
