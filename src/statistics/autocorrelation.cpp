#include "statistics/autocorrelation.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace scorefield {
namespace {

struct Moments {
  double mean = 0.0;
  double variance = 0.0;  ///< Gamma(0), uncorrected
  double count = 0.0;     ///< N
};

/// Of a[i] - a[0], so that a constant series has exactly no variance.
Moments moments(Replicas replicas) {
  Moments m;
  const auto first = std::find_if(replicas.begin(), replicas.end(), [](const auto& chain) { return !chain.empty(); });
  const double origin = first == replicas.end() ? 0.0 : first->front();
  double sum = 0.0, squares = 0.0;
  for (const auto& chain : replicas) {
    for (const double a : chain) sum += a - origin;
    m.count += static_cast<double>(chain.size());
  }
  if (m.count < 2.0) throw NumericalError("a Markov chain of fewer than two configurations has no error");
  m.mean = origin + sum / m.count;
  for (const auto& chain : replicas) {
    for (const double a : chain) squares += (a - m.mean) * (a - m.mean);
  }
  m.variance = squares / m.count;
  if (!std::isfinite(m.variance)) throw NumericalError("a Markov chain has a value that is not a finite number");
  return m;
}

struct Window {
  std::size_t size = 0;
  double sum = 0.0;  ///< sum_{t=1}^W Gamma(t)/Gamma(0)
  bool limited = true;
};

Window find_window(LaggedProducts& products, const Moments& series, double s) {
  Window window;
  double magnitude = 0.0;
  while (window.limited && window.size < products.longest() / 2) {
    ++window.size;
    const double rho = products.sum(window.size) / products.pairs(window.size) / series.variance;
    window.sum += rho;
    magnitude += std::abs(rho);
    const double tail = window.sum > 0.0 ? window.sum : magnitude;  // tau_int(W) - 1/2
    const double tau = s / std::log((tail + 1.0) / tail);
    const auto w = static_cast<double>(window.size);
    window.limited = std::exp(-w / tau) > tau / std::sqrt(w * series.count);
  }
  if (1.0 + 2.0 * window.sum <= 0.0) return {};
  return window;
}

}  // namespace

Autocorrelation gamma_method(Replicas replicas, double s) {
  const Moments series = moments(replicas);
  Autocorrelation result;
  result.mean = series.mean;
  if (series.variance == 0.0) return result;
  std::vector<std::vector<double>> deviations(replicas.begin(), replicas.end());
  for (auto& chain : deviations) {
    for (double& a : chain) a -= series.mean;
  }
  LaggedProducts products(deviations);
  const Window window = find_window(products, series, s);
  const double n = series.count, w = static_cast<double>(window.size);
  const double c = series.variance * (1.0 + 2.0 * window.sum);
  const double variance = series.variance + c / n;
  const double corrected = c * (1.0 + (2.0 * w + 1.0) / n);
  result.error = std::sqrt(corrected / n);
  result.error_of_error = result.error * std::sqrt((w + 0.5) / n);
  result.tau_int = corrected / (2.0 * variance);
  result.tau_int_error = result.tau_int * std::sqrt(4.0 * std::max(w + 0.5 - result.tau_int, 0.0) / n);
  result.window = window.size;
  result.window_limited = window.limited;
  return result;
}

}  // namespace scorefield
