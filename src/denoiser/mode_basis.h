// Fields of several components a site, and modes of them that are independent under their Gaussian.
#pragma once

#include <span>
#include <vector>

#include "denoiser/mode_matrix.h"
#include "lattice/hartley.h"

namespace scorefield {

/// With S_ab(k) = <phi_a~(k) phi_b~(k)*>/V, Hermitian and the same for all k of an orbit, and U(k) its eigenvectors, U^dagger w are modes
/// of variances v_i(k), the eigenvalues, the largest first: an orthogonal transform of the field to numbers [i][k] that are independent
/// under the Gaussian with its propagators. Local.
class ModeBasis {
 public:
  /// `covariance`: S of each orbit. InputError if it is not positive: a mode that does not fluctuate.
  ModeBasis(FieldShape shape, std::size_t components, bool directed, std::vector<ModeMatrix::Values> covariance);

  const FieldShape& shape() const { return shape_; }
  std::size_t components() const { return components_; }
  /// Numbers of a configuration.
  std::size_t numbers() const { return components_ * orbits_.modes(); }
  const ModeOrbits& orbits() const { return orbits_; }
  /// S as numbers, and from them (mode_matrix.h).
  std::vector<double> covariance_numbers() const { return ModeMatrix(orbits_, components_, covariance_).numbers(); }
  static std::vector<ModeMatrix::Values> covariance_of(const ModeOrbits& orbits, std::size_t components, std::span<const double> numbers);
  /// v_i(k), [i][k].
  const std::vector<double>& variances() const { return variances_; }
  /// U.
  const ModeMatrix& vectors() const { return vectors_; }
  /// U diag(of(v_i, orbit)) U^dagger of each orbit.
  template <class Of>
  std::vector<ModeMatrix::Values> function(const Of& of) const {
    std::vector<ModeMatrix::Values> result(orbits_.count(), ModeMatrix::Values(components_ * components_));
    for (std::size_t o = 0; o < result.size(); ++o) {
      for (std::size_t i = 0; i < components_; ++i) add_projector(o, i, of(of_orbits_[o].values[i]), result[o]);
    }
    return result;
  }
  /// Mean over k of U diag(weights) U^dagger, real: <phi_a phi_b> of a site for weights [i][k] that are variances. [a][b].
  std::vector<double> site_covariance(std::span<const double> weights) const;

 private:
  struct Spectral {
    std::vector<double> values;
    ModeMatrix::Values vectors;  ///< [component][i]
  };
  static std::vector<Spectral> decompose(std::size_t components, const std::vector<ModeMatrix::Values>& covariance);
  static std::vector<ModeMatrix::Values> vectors_of(const std::vector<Spectral>& all);
  void add_projector(std::size_t orbit, std::size_t i, double weight, ModeMatrix::Values& to) const;

  FieldShape shape_;
  std::size_t components_;
  ModeOrbits orbits_;
  std::vector<ModeMatrix::Values> covariance_;
  std::vector<Spectral> of_orbits_;
  ModeMatrix vectors_;
  std::vector<double> variances_;
};

}  // namespace scorefield
