// Moments and cumulants to order 8, and the binned jackknife. Local.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "physics/exact_law.h"

namespace scorefield {

/// Cumulants from raw moments <x^n>, any mean: kappa_n = m_n - sum_{j<n} C(n-1, j-1) kappa_j m_{n-j}, applied to
/// the central moments.
Orders cumulants_from_moments(const Orders& raw_moments);

/// n over k.
double binomial(int n, int k);

/// Jackknife estimates of several quantities. Errors and covariance are those of the value.
struct Estimate {
  std::vector<double> value;
  std::vector<double> error;
  std::vector<double> covariance;  ///< row by row
};

/// `made` with the errors and the covariance of `other` added, an independent estimate of the same numbers, so that they are those of the
/// difference; not of numbers for which `shared` holds: these have the fluctuations of `other` in both. Without a covariance none is made.
Estimate with_errors_of(const Estimate& other, Estimate made, const std::function<bool(std::size_t)>& shared);

/// Delete-one-bin jackknife (Efron 1979): theta_b from all data but bin b, covariance
/// (B-1)/B sum_b (theta_b - mean)(theta_b - mean)^T. Bins may differ in size: to leading order each counts by its size.
/// `sums`: [bin][quantity] sums over the bin; `counts`: configurations a bin; `function`: from means to results.
using DerivedFunction = std::function<std::vector<double>(std::span<const double> means)>;
Estimate jackknife(std::span<const double> sums, std::span<const double> counts, const DerivedFunction& function);

/// The same without the covariance, for results too many to have one with each other.
Estimate jackknife_errors(std::span<const double> sums, std::span<const double> counts, const DerivedFunction& function);

/// Such functions: the means themselves, and the cumulants from the means of x^n, n = 1 .. 8.
std::vector<double> means_themselves(std::span<const double> means);
std::vector<double> cumulants_of_means(std::span<const double> means);

/// chi^2 = d^T C^{-1} d of the deviation d of `components` of an estimate from `expected`, and the probability of
/// a larger one. C was estimated from `bins` bins, so chi^2 (B-n)/(n(B-1)) is F(n, B-n) distributed (Hotelling).
/// n counts the eigenvectors of the correlation matrix but those of exact dependence (eigenvalue below 1e-13), where there is rounding
/// alone. NumericalError for too few bins, or if an error vanishes. Local.
struct ChiSquared {
  double value = 0.0;
  int degrees = 0;
  double p_value = 1.0;
};
ChiSquared chi_squared(const Estimate& estimate, std::span<const double> expected, std::span<const int> components, std::size_t bins);

/// Its p-value, or NaN where there is no component, or where there are fewer than three bins for each: a covariance tells too little then.
double p_value_of(const Estimate& estimate, std::span<const double> expected, std::span<const int> components, std::size_t bins);

}  // namespace scorefield
