#include "physics/complex_moments.h"

#include <cmath>

namespace scorefield {
namespace {

constexpr int kNodes = 4000;
constexpr double kDepth = 60.0;  // e^-60 of the largest is left out

/// Exponent -S along the path, its real part at most 0 after its maximum is taken off.
struct Path {
  std::complex<double> square;  ///< sigma e^{2 i theta}
  double fourth;                ///< |lambda|
  double top;                   ///< the maximum of Re(-S)
  double reach;                 ///< where Re(-S) has fallen by kDepth

  std::complex<double> exponent(double t) const { return -0.5 * square * t * t - 0.25 * fourth * t * t * t * t - top; }
};

Path make_path(const QuarticAction& action, double theta) {
  Path path{action.sigma * std::polar(1.0, 2.0 * theta), std::abs(action.lambda), 0.0, 0.0};
  const double slope = path.square.real();
  if (slope < 0.0) path.top = slope * slope / (4.0 * path.fourth);
  path.reach = 1e-3;
  while (path.exponent(path.reach).real() > -kDepth || slope + path.fourth * path.reach * path.reach < 0.0) path.reach *= 1.01;
  return path;
}

}  // namespace

ComplexOrders complex_cumulants(const ComplexOrders& moments) {
  ComplexOrders kappa{};
  for (int n = 1; n <= kMaxOrder; ++n) {
    std::complex<double> value = moments[n - 1];
    double binomial = 1.0;  // C(n-1, j-1)
    for (int j = 1; j < n; ++j) {
      value -= binomial * kappa[j - 1] * moments[n - j - 1];
      binomial *= static_cast<double>(n - j) / j;
    }
    kappa[n - 1] = value;
  }
  return kappa;
}

ComplexMoments exact_moments(const QuarticAction& action) {
  const bool gaussian = std::abs(action.lambda) == 0.0;
  const double theta = gaussian ? -0.5 * std::arg(action.sigma) : -0.25 * std::arg(action.lambda);
  const Path path = make_path(action, theta);
  std::array<std::complex<double>, kMaxOrder / 2 + 1> sums{};
  double absolute = 0.0;
  const double step = path.reach / kNodes;
  for (int i = -kNodes; i <= kNodes; ++i) {
    const double t = i * step;
    std::complex<double> value = std::exp(path.exponent(t));
    absolute += std::abs(value);
    for (auto& sum : sums) {
      sum += value;
      value *= t * t;
    }
  }
  ComplexMoments result;
  result.z = sums[0] * step * std::polar(std::exp(path.top), theta);
  result.phase = std::abs(sums[0]) / absolute;
  for (int n = 2; n <= kMaxOrder; n += 2) result.moments[n - 1] = sums[n / 2] / sums[0] * std::polar(1.0, n * theta);
  result.cumulants = complex_cumulants(result.moments);
  return result;
}

std::vector<std::complex<double>> complex_weight(const QuarticAction& action, std::span<const double> x) {
  const std::complex<double> z = exact_moments(action).z;
  std::vector<std::complex<double>> weight;
  for (const double at : x) weight.push_back(std::exp(-0.5 * action.sigma * at * at - 0.25 * action.lambda * at * at * at * at) / z);
  return weight;
}

std::optional<double> strip(const QuarticAction& action, double noise_y) {
  const double a = action.sigma.real(), b = action.sigma.imag(), lambda = action.lambda.real();
  if (noise_y != 0.0 || action.lambda.imag() != 0.0 || lambda <= 0.0 || a <= 0.0 || b * b >= 3.0 * a * a) return std::nullopt;
  return std::sqrt(0.5 * a / lambda * (1.0 - std::sqrt(1.0 - b * b / (3.0 * a * a))));
}

}  // namespace scorefield
