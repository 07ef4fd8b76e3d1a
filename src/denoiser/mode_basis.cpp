#include "denoiser/mode_basis.h"

#include <Eigen/Eigenvalues>
#include <cmath>
#include <utility>

#include "base/error.h"

namespace scorefield {
namespace {

constexpr double kLeastPart = 1e-12;  // of the widest mode at a wave number, below which a variance is rounding

}  // namespace

ModeBasis::ModeBasis(FieldShape shape, std::size_t components, bool directed, std::vector<ModeMatrix::Values> covariance)
    : shape_(shape),
      components_(components),
      orbits_(shape, directed),
      covariance_(std::move(covariance)),
      of_orbits_(decompose(components, covariance_)),
      vectors_(orbits_, components, vectors_of(of_orbits_)),
      variances_(numbers()) {
  for (std::size_t i = 0; i < components_; ++i) {
    for (std::size_t k = 0; k < orbits_.modes(); ++k) variances_[i * orbits_.modes() + k] = of_orbits_[orbits_.of(k)].values[i];
  }
}

std::vector<ModeMatrix::Values> ModeBasis::covariance_of(const ModeOrbits& orbits, std::size_t components,
                                                         std::span<const double> numbers) {
  const std::size_t entries = components * components, modes = orbits.modes();
  std::vector<ModeMatrix::Values> all(orbits.count(), ModeMatrix::Values(entries));
  for (std::size_t k = 0; k < modes; ++k) {
    if (orbits.sign(k) < 0) continue;
    for (std::size_t i = 0; i < entries; ++i) {
      all[orbits.of(k)][i] = {numbers[i * modes + k], orbits.directed() ? numbers[(entries + i) * modes + k] : 0.0};
    }
  }
  return all;
}

/// The phase of each eigenvector is that with which its largest entry is positive.
std::vector<ModeBasis::Spectral> ModeBasis::decompose(std::size_t components, const std::vector<ModeMatrix::Values>& covariance) {
  const auto n = static_cast<Eigen::Index>(components);
  std::vector<Spectral> all;
  for (const ModeMatrix::Values& values : covariance) {
    Eigen::MatrixXcd matrix(n, n);
    for (Eigen::Index a = 0; a < n; ++a) {
      for (Eigen::Index b = 0; b < n; ++b) matrix(a, b) = values[static_cast<std::size_t>(a * n + b)];
    }
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXcd> solver(matrix);
    Spectral found{{}, ModeMatrix::Values(values.size())};
    for (Eigen::Index i = 0; i < n; ++i) {
      const Eigen::Index from = n - 1 - i;  // ascending there
      const Eigen::VectorXcd vector = solver.eigenvectors().col(from);
      Eigen::Index largest = 0;
      vector.cwiseAbs().maxCoeff(&largest);
      const std::complex<double> phase = std::conj(vector(largest)) / std::abs(vector(largest));
      found.values.push_back(solver.eigenvalues()(from));
      for (Eigen::Index a = 0; a < n; ++a) found.vectors[static_cast<std::size_t>(a * n + i)] = phase * vector(a);
    }
    if (!(found.values.back() > kLeastPart * found.values.front())) {
      throw InputError("a mode of the ensemble does not fluctuate: its score needs more, and different, configurations");
    }
    all.push_back(std::move(found));
  }
  return all;
}

std::vector<ModeMatrix::Values> ModeBasis::vectors_of(const std::vector<Spectral>& all) {
  std::vector<ModeMatrix::Values> vectors;
  for (const Spectral& each : all) vectors.push_back(each.vectors);
  return vectors;
}

void ModeBasis::add_projector(std::size_t orbit, std::size_t i, double weight, ModeMatrix::Values& to) const {
  const ModeMatrix::Values& u = of_orbits_[orbit].vectors;
  for (std::size_t a = 0; a < components_; ++a) {
    for (std::size_t b = 0; b < components_; ++b) {
      to[a * components_ + b] += weight * u[a * components_ + i] * std::conj(u[b * components_ + i]);
    }
  }
}

std::vector<double> ModeBasis::site_covariance(std::span<const double> weights) const {
  const std::size_t modes = orbits_.modes();
  std::vector<double> result(components_ * components_, 0.0);
  ModeMatrix::Values sum(result.size());
  for (std::size_t k = 0; k < modes; ++k) {
    for (std::size_t i = 0; i < components_; ++i) add_projector(orbits_.of(k), i, weights[i * modes + k], sum);
  }
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = sum[i].real() / static_cast<double>(modes);  // those of k and -k add up
  return result;
}

}  // namespace scorefield
