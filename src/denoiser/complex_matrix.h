// Small complex matrices, of an orbit of wave numbers. Includes Eigen: for implementation files.
#pragma once

#include <Eigen/Cholesky>
#include <complex>

#include "denoiser/mode_matrix.h"

namespace scorefield {

using ComplexMatrix = Eigen::Matrix<std::complex<double>, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// From [a][b], size x size, and back.
inline ComplexMatrix matrix_of(const ModeMatrix::Values& values, Eigen::Index size) {
  return Eigen::Map<const ComplexMatrix>(values.data(), size, size);
}
inline ModeMatrix::Values values_of(const ComplexMatrix& matrix) { return {matrix.data(), matrix.data() + matrix.size()}; }

/// X_ry X_yy^-1: what of r is linear in y, from their cross spectra.
inline ComplexMatrix slopes_of(const ComplexMatrix& with_y, const ComplexMatrix& of_y) {
  return of_y.ldlt().solve(with_y.adjoint()).adjoint();
}

}  // namespace scorefield
