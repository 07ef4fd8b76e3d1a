// Normal equations with a ridge that is chosen by what it predicts. Includes Eigen: for implementation files.
#pragma once

#include <Eigen/Core>
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

/// c of all equations, scaled to a unit diagonal, with the ridge (from 1e-4 to 10^4, in powers of 10) with which each of `groups`, whose
/// sum they are or nearly are, is best predicted from the others; 1e-4 for a single group.
Eigen::VectorXd solve_predicting(const Equations& all, std::vector<Equations> groups);

}  // namespace scorefield
