#include "statistics/cumulants.h"

#include <Eigen/Dense>
#include <algorithm>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/special_functions/binomial.hpp>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace scorefield {
namespace {

/// Moments about the mean from raw ones; element 0 (order 1) is 0.
Orders central_moments(const Orders& raw) {
  const double mean = raw[0];
  Orders central{};
  for (int n = 2; n <= kMaxOrder; ++n) {
    double sum = std::pow(-mean, n);
    for (int k = 1; k <= n; ++k) sum += binomial(n, k) * raw[k - 1] * std::pow(-mean, n - k);
    central[n - 1] = sum;
  }
  return central;
}

constexpr double kRounding = 1e-13;  // eigenvalue of a correlation matrix that is one of exact dependence

/// Deviations and the correlation matrix of components, in units of their errors.
struct InErrors {
  Eigen::VectorXd deviation;
  Eigen::MatrixXd correlation;
};

InErrors in_errors(const Estimate& estimate, std::span<const double> expected, std::span<const int> components) {
  const auto n = static_cast<Eigen::Index>(components.size());
  InErrors result{Eigen::VectorXd(n), Eigen::MatrixXd(n, n)};
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto row = static_cast<std::size_t>(components[static_cast<std::size_t>(i)]);
    const double error = estimate.error[row];
    result.deviation(i) = (estimate.value[row] - expected[row]) / error;
    for (Eigen::Index j = 0; j < n; ++j) {
      const auto column = static_cast<std::size_t>(components[static_cast<std::size_t>(j)]);
      result.correlation(i, j) = estimate.covariance[row * estimate.value.size() + column] / (error * estimate.error[column]);
    }
  }
  if (n == 0 || !result.correlation.allFinite())
    throw NumericalError(
        "a covariance matrix is singular: too few bins, or no fluctuations; make more configurations, or set more measure.bins");
  return result;
}

}  // namespace

double binomial(int n, int k) { return boost::math::binomial_coefficient<double>(static_cast<unsigned>(n), static_cast<unsigned>(k)); }

Orders cumulants_from_moments(const Orders& raw_moments) {
  const Orders central = central_moments(raw_moments);
  Orders kappa{};
  for (int n = 2; n <= kMaxOrder; ++n) {
    double value = central[n - 1];
    for (int j = 2; j < n; ++j) value -= binomial(n - 1, j - 1) * kappa[j - 1] * central[n - j - 1];
    kappa[n - 1] = value;
  }
  kappa[0] = raw_moments[0];
  return kappa;
}

std::vector<double> means_themselves(std::span<const double> means) { return {means.begin(), means.end()}; }

std::vector<double> cumulants_of_means(std::span<const double> means) {
  Orders raw{};
  std::copy_n(means.begin(), kMaxOrder, raw.begin());
  const Orders kappa = cumulants_from_moments(raw);
  return {kappa.begin(), kappa.end()};
}

namespace {

/// Calls visit(bin, results of all data but that bin) for all bins; returns the results of all data.
std::vector<double> leave_one_out(std::span<const double> sums, std::span<const double> counts, const DerivedFunction& function,
                                  const std::function<void(std::size_t, const std::vector<double>&)>& visit) {
  const std::size_t bins = counts.size();
  const std::size_t quantities = sums.size() / bins;
  std::vector<double> total(quantities, 0.0);
  double total_count = 0.0;
  for (std::size_t b = 0; b < bins; ++b) {
    total_count += counts[b];
    for (std::size_t q = 0; q < quantities; ++q) total[q] += sums[b * quantities + q];
  }
  std::vector<double> means(quantities);
  for (std::size_t b = 0; b < bins; ++b) {
    for (std::size_t q = 0; q < quantities; ++q) {
      means[q] = (total[q] - sums[b * quantities + q]) / (total_count - counts[b]);
    }
    visit(b, function(means));
  }
  for (std::size_t q = 0; q < quantities; ++q) means[q] = total[q] / total_count;
  return function(means);
}

}  // namespace

Estimate with_errors_of(const Estimate& other, Estimate made, const std::function<bool(std::size_t)>& shared) {
  const std::size_t n = made.value.size();
  for (std::size_t i = 0; i < n; ++i) {
    if (shared(i)) continue;
    made.error[i] = std::hypot(made.error[i], other.error[i]);
    for (std::size_t j = 0; j < n && !made.covariance.empty(); ++j)
      made.covariance[i * n + j] += shared(j) ? 0.0 : other.covariance[i * n + j];
  }
  return made;
}

Estimate jackknife(std::span<const double> sums, std::span<const double> counts, const DerivedFunction& function) {
  const std::size_t bins = counts.size();
  std::vector<double> samples, average;
  Estimate result;
  result.value = leave_one_out(sums, counts, function, [&](std::size_t, const std::vector<double>& without) {
    samples.insert(samples.end(), without.begin(), without.end());
    average.resize(without.size(), 0.0);
    for (std::size_t i = 0; i < without.size(); ++i) average[i] += without[i] / static_cast<double>(bins);
  });
  const std::size_t n = result.value.size();
  result.covariance.assign(n * n, 0.0);
  const double factor = static_cast<double>(bins - 1) / static_cast<double>(bins);
  for (std::size_t b = 0; b < bins; ++b) {
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        result.covariance[i * n + j] += factor * (samples[b * n + i] - average[i]) * (samples[b * n + j] - average[j]);
      }
    }
  }
  for (std::size_t i = 0; i < n; ++i) result.error.push_back(std::sqrt(result.covariance[i * n + i]));
  return result;
}

Estimate jackknife_errors(std::span<const double> sums, std::span<const double> counts, const DerivedFunction& function) {
  std::vector<double> average, squares;  // of the results so far, and of their deviations from it (Welford 1962)
  Estimate result;
  result.value = leave_one_out(sums, counts, function, [&](std::size_t b, const std::vector<double>& without) {
    average.resize(without.size(), 0.0);
    squares.resize(without.size(), 0.0);
    for (std::size_t i = 0; i < without.size(); ++i) {
      const double before = without[i] - average[i];
      average[i] += before / static_cast<double>(b + 1);
      squares[i] += before * (without[i] - average[i]);
    }
  });
  const double factor = static_cast<double>(counts.size() - 1) / static_cast<double>(counts.size());
  for (const double sum : squares) result.error.push_back(std::sqrt(factor * sum));
  return result;
}

ChiSquared chi_squared(const Estimate& estimate, std::span<const double> expected, std::span<const int> components, std::size_t bins) {
  const std::size_t n = components.size();
  if (bins <= n)
    throw NumericalError("a chi-squared of " + std::to_string(n) +
                         " quantities needs more bins than that: make more configurations, or set more measure.bins");
  const InErrors of = in_errors(estimate, expected, components);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(of.correlation);
  ChiSquared result;
  for (Eigen::Index i = 0; i < of.deviation.size(); ++i) {
    const double variance = solver.eigenvalues()(i);
    if (variance < kRounding) continue;
    result.value += std::pow(solver.eigenvectors().col(i).dot(of.deviation), 2) / variance;
    ++result.degrees;
  }
  const double b = static_cast<double>(bins);
  const double k = result.degrees;
  const boost::math::fisher_f_distribution<double> f(k, b - k);
  result.p_value = boost::math::cdf(boost::math::complement(f, result.value * (b - k) / (k * (b - 1.0))));
  return result;
}

double p_value_of(const Estimate& estimate, std::span<const double> expected, std::span<const int> components, std::size_t bins) {
  constexpr std::size_t kFewestBins = 3;  // a component
  if (components.empty() || bins < kFewestBins * components.size()) return std::numeric_limits<double>::quiet_NaN();
  return chi_squared(estimate, expected, components, bins).p_value;
}

}  // namespace scorefield
