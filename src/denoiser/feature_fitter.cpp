#include "denoiser/feature_fitter.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <utility>

#include "base/lane_sum.h"
#include "denoiser/least_squares.h"

namespace scorefield {
namespace {

double dot(const double* a, const double* b, std::size_t count) {
  return lane_sum(count, [=](std::size_t i) { return a[i] * b[i]; });
}

}  // namespace

FeatureFitter::FeatureFitter(const FieldReference& reference, int order)
    : reference_(reference),
      graph_(feature_graph(reference.magnetisation > 0.0, order)),
      orbits_(reference.shape),
      fields_(reference, reference.widest(), graph_),
      features_(fields_.features()),
      transformed_(features_ * reference.shape.sites()),
      residual_(reference.shape.sites()),
      product_(reference.shape.sites()) {}

void FeatureFitter::set_level(const ReferenceLevel& level) {
  level_ = level;
  fields_.set_level(level, {std::sqrt(level.denoised_variance()), std::numeric_limits<double>::infinity()});
}

double FeatureFitter::add(std::span<const double> y, std::span<const double> target, std::span<double> sums) {
  const std::size_t sites = residual_.size();
  const double largest = fields_.evaluate(y);
  fields_.transformed(transformed_);
  std::fill(residual_.begin(), residual_.end(), 0.0);
  level_->add_denoised(y, residual_);
  for (std::size_t k = 0; k < sites; ++k) residual_[k] = target[k] - residual_[k];
  std::size_t at = 0;
  for (std::size_t i = 0; i < features_; ++i) {
    for (std::size_t j = i; j < features_; ++j) sums[at++] += dot(&transformed_[i * sites], &transformed_[j * sites], sites);
  }
  for (std::size_t i = 0; i < features_; ++i) sums[at++] += dot(&transformed_[i * sites], residual_.data(), sites);
  const auto add_products = [&](const double* with) {
    for (std::size_t k = 0; k < sites; ++k) product_[k] = with[k] * y[k];
    orbits_.add(product_, sums.subspan(at, orbits_.count()));
    at += orbits_.count();
  };
  for (std::size_t i = 0; i < fields_.nodes().plain.size(); ++i) add_products(&transformed_[i * sites]);
  add_products(y.data());
  add_products(residual_.data());
  const auto functions = zero_functions(reference_, *level_, y[0]);
  const auto add_zero = [&](double with) {
    for (const double value : functions) sums[at++] += value * with;
  };
  for (const double value : functions) add_zero(value);
  for (std::size_t i = 0; i < fields_.nodes().plain.size(); ++i) add_zero(transformed_[i * sites]);
  add_zero(residual_[0]);
  return largest;
}

/// The normal equations without what is linear in each mode: matrix c = right; a_i(k) of the orbits; the part of functions of the zero
/// mode.
struct FeatureFitter::Normal {
  Equations equations;
  Eigen::MatrixXd slopes, of_zero;
};

FeatureFitter::Normal FeatureFitter::normal_of(std::span<const double> sums) const {
  const auto n = static_cast<Eigen::Index>(features_), plain = static_cast<Eigen::Index>(fields_.nodes().plain.size()),
             count = static_cast<Eigen::Index>(orbits_.count()), functions = static_cast<Eigen::Index>(kZeroFunctions);
  Eigen::MatrixXd matrix(n, n), slopes(n, count), gram(functions, functions), with_zero(n, functions);
  Eigen::VectorXd right(n), squares(count), of_target(count), propagator(count), zero_of_target(functions);
  for (std::size_t k = 0; k < orbits_.modes(); ++k) propagator(static_cast<Eigen::Index>(orbits_.of(k))) = fields_.propagator()[k];
  std::size_t at = 0;
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = i; j < n; ++j) matrix(i, j) = matrix(j, i) = sums[at++];
  }
  for (Eigen::Index i = 0; i < n; ++i) right(i) = sums[at++];
  const auto read = [&](auto&& to) {
    for (Eigen::Index o = 0; o < to.size(); ++o) to(o) = sums[at++];
  };
  for (Eigen::Index i = 0; i < plain; ++i) read(slopes.row(i));
  read(squares);
  read(of_target);
  for (Eigen::Index i = 0; i < functions; ++i) read(gram.row(i));
  for (Eigen::Index i = 0; i < plain; ++i) read(with_zero.row(i));
  read(zero_of_target);
  Eigen::Index smoothed = plain;
  for (Eigen::Index i = 0; i < plain; ++i) {
    slopes.row(i) = slopes.row(i).cwiseQuotient(squares.transpose());
    slopes(i, 0) = 0.0;
    if (!graph_[fields_.nodes().plain[static_cast<std::size_t>(i)]].smoothed) continue;
    with_zero.row(smoothed) = propagator(0) * with_zero.row(i);
    slopes.row(smoothed++) = slopes.row(i).cwiseProduct(propagator.transpose());
  }
  gram.diagonal() *= 1.0 + kZeroRidge;
  const Eigen::MatrixXd of_zero = gram.ldlt().solve(with_zero.transpose()).transpose();
  matrix -= slopes * squares.asDiagonal() * slopes.transpose() + of_zero * with_zero.transpose();
  right -= slopes * of_target + of_zero * zero_of_target;
  return {{matrix, right}, slopes, of_zero};
}

FitSolution FeatureFitter::solve(std::span<const double> sums) const {
  require_finite_sums(sums);
  if (features_ == 0) return {{}, std::vector<double>(orbits_.modes(), 0.0), std::vector<double>(kZeroFunctions, 0.0)};
  FitGroups groups = groups_of(sums, numbers(), [&](std::span<const double> of_group) { return normal_of(of_group).equations; });
  const Normal normal = normal_of(groups.total);
  const Eigen::VectorXd coefficients = solve_predicting(normal.equations, std::move(groups.equations));
  const Eigen::VectorXd linear = normal.slopes.transpose() * coefficients, zero = normal.of_zero.transpose() * coefficients;
  return {{coefficients.begin(), coefficients.end()},
          orbits_.spread(std::vector<double>(linear.begin(), linear.end())),
          {zero.begin(), zero.end()}};
}

}  // namespace scorefield
