#include "physics/fokker_planck.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "base/error.h"
#include "physics/complex_gaussian.h"
#include "physics/complex_moments.h"
#include "physics/hermite_functions.h"
#include "physics/hermite_operator.h"

namespace scorefield {
namespace {

constexpr double kDepth = 30.0;  // the last function in x reaches where the real part of S is so large
constexpr int kFunctionsInX = 64;
constexpr int kNodes = 800;              // of the integral over y
constexpr double kNothing = 1e-9;        // of the largest, where P counts as zero
constexpr double kLargestGrowth = 25.0;  // logarithm of what rounding is multiplied with away from the real line
constexpr double kBeyond = 1.35;         // and that in y so many times the strip

/// N_x d_x^2 + N_y d_y^2 - K_x d_x - K_y d_y - (d_x K_x + d_y K_y).
std::vector<OperatorTerm> operator_terms(const QuarticAction& action, double noise_y) {
  const double a = action.sigma.real(), b = action.sigma.imag(), g = action.lambda.real();
  std::vector<OperatorTerm> terms = {{1.0 + noise_y, 0, 2, 0, 0}, {a, 1, 1, 0, 0}, {-b, 0, 1, 1, 0}, {a, 0, 0, 1, 1}, {b, 1, 0, 0, 1},
                                     {2.0 * a, 0, 0, 0, 0}};
  if (noise_y > 0.0) terms.push_back({noise_y, 0, 0, 0, 2});
  if (g == 0.0) return terms;
  for (const OperatorTerm& term : {OperatorTerm{g, 3, 1, 0, 0}, OperatorTerm{-3.0 * g, 1, 1, 2, 0}, OperatorTerm{3.0 * g, 2, 0, 1, 1},
                                   OperatorTerm{-g, 0, 0, 3, 1}, OperatorTerm{6.0 * g, 2, 0, 0, 0}, OperatorTerm{-6.0 * g, 0, 0, 2, 0}}) {
    terms.push_back(term);
  }
  return terms;
}

/// lambda = 0: the widths that Mehler's expansion of a bivariate Gaussian has.
HermiteWidths gaussian_widths(const PlaneCovariance& c) {
  const double determinant = c.xx * c.yy - c.xy * c.xy, r = std::fabs(c.xy) / std::sqrt(c.xx * c.yy);
  const double t = r > 0.0 ? (1.0 - std::sqrt(1.0 - r * r)) / r : 0.0, f = std::sqrt((1.0 + t * t) / (1.0 - t * t));
  return {f * std::sqrt(determinant / c.yy), f * std::sqrt(determinant / c.xx)};
}

HermiteWidths choose_widths(const QuarticAction& action, double noise_y, int functions_x, int functions_y) {
  const double a = action.sigma.real(), b = action.sigma.imag(), g = action.lambda.real();
  const PlaneCovariance gaussian = stationary_covariance(action.sigma, noise_y);
  if (g == 0.0) return gaussian_widths(gaussian);
  const double reach_x = std::sqrt((std::sqrt(a * a + 4.0 * g * kDepth) - a) / g);
  const double border = std::sqrt(0.5 * a / g * (1.0 - std::sqrt(std::max(0.0, 1.0 - b * b / (3.0 * a * a)))));
  const double reach_y = std::min(kBeyond * border, 9.0 * std::sqrt(gaussian.yy));
  return {reach_x / std::sqrt(2.0 * functions_x), reach_y / std::sqrt(2.0 * functions_y)};
}

}  // namespace

FokkerPlanck::FokkerPlanck(const QuarticAction& action, double noise_y, int functions_x, int functions_y)
    : columns_x_(functions_x), columns_y_(functions_y), coefficients_(static_cast<std::size_t>(functions_x * functions_y), 0.0) {
  const HermiteWidths widths = choose_widths(action, noise_y, functions_x, functions_y);
  width_x_ = widths.x;
  width_y_ = widths.y;
  const EvenPairs pairs{functions_x, functions_y};
  const Eigen::SparseMatrix<double> matrix = operator_matrix(operator_terms(action, noise_y), pairs, widths);
  const Eigen::VectorXd c = null_vector(matrix, integrals(pairs, widths));
  residual_ = (matrix * c).norm();
  if (!std::isfinite(residual_))
    throw NumericalError(
        "the Fokker-Planck equation could not be solved: its expansion is not finite; measure.fokker-planck = no leaves it out");
  const auto row = static_cast<std::size_t>(functions_y);
  for (int l = 0; l < functions_y; ++l) {
    for (int k = l % 2; k < functions_x; k += 2)
      coefficients_[static_cast<std::size_t>(k) * row + static_cast<std::size_t>(l)] = c(pairs.index(k, l));
  }
}

namespace {

/// sum_kl f_k c_kl g_l.
template <class Number>
Number contract(const std::vector<double>& c, const std::vector<Number>& f, const std::vector<Number>& g) {
  Number sum{};
  for (std::size_t k = 0; k < f.size(); ++k) {
    Number row{};
    for (std::size_t l = 0; l < g.size(); ++l) row += c[k * g.size() + l] * g[l];
    sum += f[k] * row;
  }
  return sum;
}

}  // namespace

double FokkerPlanck::moment(int m, int n) const {
  return contract(coefficients_, hermite_integrals(columns_x_, width_x_, m), hermite_integrals(columns_y_, width_y_, n));
}

namespace {

/// Hermite functions at points, averaged over normal noise of a deviation sigma, and their derivatives. With u = x/s and v = (sigma/s)^2
/// the generating function e^{2 u t - t^2 - u^2/2} becomes e^{2 a t - rho t^2 - a u/2}/sqrt(1 + v), a = u/(1 + v), rho = (1 - v)/(1 + v).
struct SmoothedFunctions {
  SmoothedFunctions(int count, double width, std::span<const double> points, double noise) {
    const double v = noise * noise / (width * width), rho = (1.0 - v) / (1.0 + v);
    const auto size = static_cast<std::size_t>(count);
    for (const double at : points) {
      const double u = at / width, a = u / (1.0 + v);
      std::vector<double> value(size + 1), slope(size);
      value[0] = std::exp(-0.5 * a * u) / std::sqrt((1.0 + v) * std::sqrt(std::numbers::pi) * width);
      for (std::size_t k = 0; k < size; ++k) {
        const auto n = static_cast<double>(k);
        const double below = k > 0 ? value[k - 1] : 0.0;
        value[k + 1] = std::sqrt(2.0 / (n + 1.0)) * a * value[k] - rho * std::sqrt(n / (n + 1.0)) * below;
        slope[k] = (std::sqrt(n) * below - std::sqrt(n + 1.0) * value[k + 1]) / (std::numbers::sqrt2 * width);
      }
      value.pop_back();
      values.push_back(std::move(value));
      slopes.push_back(std::move(slope));
    }
  }
  std::vector<std::vector<double>> values, slopes;  ///< [point][function]
};

/// sum_k f_k c[k, l] for all l.
std::vector<double> contract_first(const std::vector<double>& c, const std::vector<double>& f) {
  std::vector<double> row(c.size() / f.size(), 0.0);
  for (std::size_t k = 0; k < f.size(); ++k) {
    for (std::size_t l = 0; l < row.size(); ++l) row[l] += f[k] * c[k * row.size() + l];
  }
  return row;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

}  // namespace

std::vector<double> FokkerPlanck::density(std::span<const double> x, std::span<const double> y) const {
  std::vector<std::vector<double>> in_y;
  for (const double at : y) in_y.push_back(hermite_functions(columns_y_, width_y_, at));
  std::vector<double> result;
  for (const double at : x) {
    const auto row = contract_first(coefficients_, hermite_functions(columns_x_, width_x_, at));
    for (const auto& functions : in_y) result.push_back(dot(row, functions));
  }
  return result;
}

FokkerPlanck::Smoothed FokkerPlanck::smoothed(std::span<const double> x, std::span<const double> y, double noise) const {
  const SmoothedFunctions in_x(columns_x_, width_x_, x, noise), in_y(columns_y_, width_y_, y, noise);
  Smoothed result;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto value = contract_first(coefficients_, in_x.values[i]), slope = contract_first(coefficients_, in_x.slopes[i]);
    for (std::size_t j = 0; j < y.size(); ++j) {
      result.density.push_back(dot(value, in_y.values[j]));
      result.slope_x.push_back(dot(slope, in_y.values[j]));
      result.slope_y.push_back(dot(value, in_y.slopes[j]));
    }
  }
  return result;
}

std::vector<double> FokkerPlanck::marginal_x(std::span<const double> x) const {
  const auto over_y = hermite_integrals(columns_y_, width_y_, 0);
  std::vector<double> result;
  for (const double at : x) result.push_back(contract(coefficients_, hermite_functions(columns_x_, width_x_, at), over_y));
  return result;
}

std::vector<double> FokkerPlanck::marginal_y(std::span<const double> y) const {
  const auto over_x = hermite_integrals(columns_x_, width_x_, 0);
  std::vector<double> result;
  for (const double at : y) result.push_back(contract(coefficients_, over_x, hermite_functions(columns_y_, width_y_, at)));
  return result;
}

double FokkerPlanck::reach_in_y() const {
  std::vector<double> y;
  for (int node = 0; node <= kNodes; ++node) y.push_back(width_y_ * std::sqrt(2.0 * columns_y_) * node / kNodes);
  std::vector<double> p = marginal_y(y);
  const double least = kNothing * *std::max_element(p.begin(), p.end());
  while (p.size() > 1 && std::fabs(p.back()) < least) p.pop_back();
  return y[p.size() - 1];
}

std::vector<std::complex<double>> FokkerPlanck::complex_density(std::span<const double> x) const {
  const double reach = reach_in_y(), step = 2.0 * reach / kNodes;
  if (std::sqrt(2.0 * columns_x_) * reach / width_x_ > kLargestGrowth) return {};
  std::vector<std::complex<double>> result(x.size());
  for (int node = 0; node <= kNodes; ++node) {  // the trapezoidal rule, for what has fallen to nothing at the ends
    const double y = -reach + node * step;
    const auto in_y = hermite_functions(columns_y_, width_y_, y);
    std::vector<double> row(static_cast<std::size_t>(columns_x_), 0.0);
    for (std::size_t k = 0; k < row.size(); ++k) {
      for (std::size_t l = 0; l < in_y.size(); ++l) row[k] += coefficients_[k * in_y.size() + l] * in_y[l];
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto in_x = hermite_functions(columns_x_, width_x_, std::complex<double>(x[i], -y));
      for (std::size_t k = 0; k < row.size(); ++k) result[i] += step * row[k] * in_x[k];
    }
  }
  return result;
}

std::string why_no_fokker_planck(const QuarticAction& action, double noise_y) {
  if (action.lambda.imag() != 0.0 || action.lambda.real() < 0.0) return "lambda is not real and positive";
  if (action.sigma.real() <= 0.0) return "the real part of sigma_0 is not positive";
  if (action.lambda.real() > 0.0 && noise_y > 0.0) return "with N_y > 0 the quartic model's P(x,y) falls like a power";
  if (action.sigma.imag() == 0.0 && noise_y == 0.0) return "P(x,y) lies on the line y = 0";
  return "";
}

namespace {

double largest_change(const FokkerPlanck& a, const FokkerPlanck& b) {
  double change = 0.0;
  for (const auto& [m, n] : std::vector<std::pair<int, int>>{{2, 0}, {1, 1}, {0, 2}, {4, 0}, {3, 1}, {2, 2}, {1, 3}, {0, 4}}) {
    change = std::max(change, std::fabs(a.moment(m, n) / b.moment(m, n) - 1.0));
  }
  return change;
}

}  // namespace

std::vector<FokkerPlanck> solve_fokker_planck(const QuarticAction& action, double noise_y, double tolerance) {
  std::vector<FokkerPlanck> solutions;
  const bool gaussian = action.lambda == 0.0;
  for (const int functions_y : gaussian ? std::vector<int>{24, 32, 48, 64} : std::vector<int>{192, 256, 384, 512, 768, 1024}) {
    solutions.emplace_back(action, noise_y, gaussian ? functions_y : kFunctionsInX, functions_y);
    const std::size_t count = solutions.size();
    if (count > 1 && largest_change(solutions[count - 2], solutions[count - 1]) < tolerance) break;
  }
  return solutions;
}

}  // namespace scorefield
