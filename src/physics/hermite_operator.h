// Differential operators with polynomial coefficients on double expansions in Hermite functions. Local.
#pragma once

#include <Eigen/Sparse>
#include <vector>

namespace scorefield {

/// A term of an operator: factor x^power_x d_x^derivatives_x y^power_y d_y^derivatives_y.
struct OperatorTerm {
  double factor;
  int power_x, derivatives_x, power_y, derivatives_y;
};

/// Pairs (k, l) with k + l even, l the slow index.
struct EvenPairs {
  int columns_x, columns_y;
  int size() const { return (columns_x * columns_y + 1) / 2; }
  int first_of(int l) const { return (l * columns_x + 1) / 2; }
  int index(int k, int l) const { return first_of(l) + k / 2; }
};

/// s of the Hermite functions in x and in y.
struct HermiteWidths {
  double x, y;
};

/// The operator, a sum of terms of even order in x and y together, from the pairs to all that it reaches.
Eigen::SparseMatrix<double> operator_matrix(const std::vector<OperatorTerm>& terms, const EvenPairs& from, const HermiteWidths& widths);

/// The integral of each pair's function over the plane.
Eigen::VectorXd integrals(const EvenPairs& pairs, const HermiteWidths& widths);

/// The vector of the matrix' smallest singular value, with n.c = 1, by inverse iteration on the normal equations. NumericalError if
/// these cannot be factorised.
Eigen::VectorXd null_vector(const Eigen::SparseMatrix<double>& matrix, const Eigen::VectorXd& n);

}  // namespace scorefield
