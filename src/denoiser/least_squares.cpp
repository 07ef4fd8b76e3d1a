#include "denoiser/least_squares.h"

#include <Eigen/Cholesky>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/finite.h"

namespace scorefield {
namespace {

constexpr double kLeastRidge = 1e-4, kRidgeFactor = 10.0;
constexpr int kRidges = 9;

Equations sum_of(const std::vector<Equations>& groups) {
  Equations all = groups[0];
  for (std::size_t g = 1; g < groups.size(); ++g) {
    all.matrix += groups[g].matrix;
    all.right += groups[g].right;
  }
  return all;
}

double ridge_that_predicts(const std::vector<Equations>& groups) {
  if (groups.size() < 2) return kLeastRidge;
  const Equations all = sum_of(groups);
  double best = kLeastRidge, least = std::numeric_limits<double>::infinity(), ridge = kLeastRidge;
  for (int i = 0; i < kRidges; ++i, ridge *= kRidgeFactor) {
    double error = 0.0;
    for (const Equations& group : groups) {
      const Eigen::VectorXd c = Equations{all.matrix - group.matrix, all.right - group.right}.solve(ridge);
      error += c.dot(group.matrix * c) - 2.0 * c.dot(group.right);
    }
    if (error < least) {
      least = error;
      best = ridge;
    }
  }
  return best;
}

}  // namespace

Equations Equations::scaled(const Eigen::VectorXd& scale) const {
  return {scale.asDiagonal() * matrix * scale.asDiagonal(), scale.cwiseProduct(right)};
}

Eigen::VectorXd Equations::solve(double ridge) const {
  return (matrix + ridge * Eigen::MatrixXd::Identity(matrix.rows(), matrix.cols())).ldlt().solve(right);
}

void require_finite_sums(std::span<const double> sums) {
  if (!all_finite(sums))
    throw NumericalError("features of the score are not finite at a noise level: fields that large cannot be learnt from");
}

Eigen::VectorXd solve_predicting(const Equations& all, std::vector<Equations> groups) {
  const Eigen::VectorXd scale = all.matrix.diagonal().unaryExpr([](double d) { return d > 0.0 ? 1.0 / std::sqrt(d) : 0.0; });
  for (Equations& each : groups) each = each.scaled(scale);
  return scale.cwiseProduct(all.scaled(scale).solve(ridge_that_predicts(groups)));
}

}  // namespace scorefield
