// Normal equations with a ridge that is chosen by what it predicts. Includes Eigen: for implementation files.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>
#include <vector>

namespace scorefield {

/// matrix c = right.
struct Equations {
  Eigen::MatrixXd matrix;
  Eigen::VectorXd right;

  /// (D matrix D, D right) with D = diag(scale).
  Equations scaled(const Eigen::VectorXd& scale) const;
  /// (matrix + ridge) c = right.
  Eigen::VectorXd solve(double ridge) const;
};

/// The normal equations of each group of configurations, and the sums over all groups.
struct FitGroups {
  std::vector<Equations> equations;
  std::vector<double> total;
};

/// Of sums [group][numbers]; normal_of(sums of a group) are its equations.
template <class NormalOf>
FitGroups groups_of(std::span<const double> sums, std::size_t numbers, const NormalOf& normal_of) {
  FitGroups groups{{}, std::vector<double>(numbers, 0.0)};
  for (std::size_t at = 0; at < sums.size(); at += numbers) {
    const auto of_group = sums.subspan(at, numbers);
    for (std::size_t i = 0; i < numbers; ++i) groups.total[i] += of_group[i];
    groups.equations.push_back(normal_of(of_group));
  }
  return groups;
}

/// NumericalError if a sum of a fit is not finite.
void require_finite_sums(std::span<const double> sums);

/// c of all equations, scaled to a unit diagonal, with the ridge (from 1e-4 to 10^4, in powers of 10) with which each of `groups`, whose
/// sum they are or nearly are, is best predicted from the others; 1e-4 for a single group.
Eigen::VectorXd solve_predicting(const Equations& all, std::vector<Equations> groups);

}  // namespace scorefield
