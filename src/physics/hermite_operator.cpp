#include "physics/hermite_operator.h"

#include "base/error.h"
#include "physics/hermite_functions.h"

namespace scorefield {
namespace {

using Matrix = Eigen::SparseMatrix<double>;
using Vector = Eigen::VectorXd;

constexpr std::size_t kOffsets = 2 * kReach + 1;
constexpr double kRegulator = 1e-15;  // of the largest diagonal element
constexpr int kIterations = 4;        // of inverse iteration; after the second nothing changes

}  // namespace

Matrix operator_matrix(const std::vector<OperatorTerm>& terms, const EvenPairs& from, const HermiteWidths& widths) {
  std::vector<std::vector<double>> in_x, in_y;
  for (const OperatorTerm& t : terms) {
    in_x.push_back(ladder_elements(from.columns_x, widths.x, t.power_x, t.derivatives_x));
    in_y.push_back(ladder_elements(from.columns_y, widths.y, t.power_y, t.derivatives_y));
  }
  const EvenPairs to{from.columns_x + kReach, from.columns_y + kReach};
  std::vector<Eigen::Triplet<double>> elements;
  const auto element = [&](int k, int l, int dk, int dl) {
    double sum = 0.0;
    for (std::size_t t = 0; t < terms.size(); ++t) {
      const auto at = [](int n, int d) { return static_cast<std::size_t>(n) * kOffsets + static_cast<std::size_t>(d + kReach); };
      sum += terms[t].factor * in_x[t][at(k, dk)] * in_y[t][at(l, dl)];
    }
    return sum;
  };
  for (int l = 0; l < from.columns_y; ++l) {
    for (int k = l % 2; k < from.columns_x; k += 2) {
      for (int dl = -kReach; dl <= kReach; ++dl) {
        for (int dk = -kReach + (dl & 1); dk <= kReach; dk += 2) {
          if (k + dk < 0 || l + dl < 0) continue;
          const double value = element(k, l, dk, dl);
          if (value != 0.0) elements.emplace_back(to.index(k + dk, l + dl), from.index(k, l), value);
        }
      }
    }
  }
  Matrix matrix(to.size(), from.size());
  matrix.setFromTriplets(elements.begin(), elements.end());
  return matrix;
}

Vector integrals(const EvenPairs& pairs, const HermiteWidths& widths) {
  const auto x = hermite_integrals(pairs.columns_x, widths.x, 0), y = hermite_integrals(pairs.columns_y, widths.y, 0);
  Vector result(pairs.size());
  for (int l = 0; l < pairs.columns_y; ++l) {
    for (int k = l % 2; k < pairs.columns_x; k += 2)
      result(pairs.index(k, l)) = x[static_cast<std::size_t>(k)] * y[static_cast<std::size_t>(l)];
  }
  return result;
}

Vector null_vector(const Matrix& matrix, const Vector& n) {
  Matrix square = Matrix(matrix.transpose()) * matrix;
  const double regulator = kRegulator * square.diagonal().maxCoeff();
  for (int i = 0; i < square.rows(); ++i) square.coeffRef(i, i) += regulator;
  const Eigen::SimplicialLDLT<Matrix, Eigen::Lower, Eigen::NaturalOrdering<int>> factors(square);
  if (factors.info() != Eigen::Success)
    throw NumericalError(
        "the Fokker-Planck equation could not be solved: its matrix is singular; measure.fokker-planck = no leaves it out");
  Vector c = n;
  for (int i = 0; i < kIterations; ++i) {
    c = factors.solve(c).eval();
    c /= n.dot(c);
  }
  return c;
}

}  // namespace scorefield
