#include "denoiser/linear_part.h"

#include <Eigen/Cholesky>

#include "denoiser/complex_matrix.h"
#include "denoiser/features.h"
#include "denoiser/level_interpolation.h"

namespace scorefield {
LinearPart::LinearPart(const FieldReference& reference) : reference_(reference), orbits_(reference.shape) {
  if (reference.basis) spectra_.emplace(reference.basis->orbits(), 2 * reference.basis->components());
}

std::size_t LinearPart::numbers() const {
  if (spectra_) return spectra_->numbers();
  return 2 * orbits_.count() + kZeroFunctions * (kZeroFunctions + 1);
}

void LinearPart::add_components(std::span<const double> y, std::span<const double> r, std::span<double> sums) const {
  const ModeBasis& basis = *reference_.basis;
  std::vector<double> fields(2 * basis.numbers());
  basis.vectors().apply(y, std::span(fields).first(basis.numbers()));
  basis.vectors().apply(r, std::span(fields).subspan(basis.numbers()));
  spectra_->add(fields, sums);
}

LinearPart::Solution LinearPart::solve_components(std::span<const double> sums) const {
  const ModeBasis& basis = *reference_.basis;
  const auto n = static_cast<Eigen::Index>(basis.components());
  std::vector<ModeMatrix::Values> slopes;
  for (std::size_t o = 0; o < basis.orbits().count(); ++o) {
    const ComplexMatrix x = matrix_of(spectra_->of_orbit(sums, o), 2 * n);
    slopes.push_back(values_of(slopes_of(x.bottomLeftCorner(n, n), x.topLeftCorner(n, n))));
  }
  return {ModeMatrix(basis.orbits(), basis.components(), slopes).numbers(), std::vector<double>(kZeroFunctions, 0.0)};
}

void LinearPart::add(const ReferenceLevel& level, std::span<const double> y, std::span<const double> r, std::span<double> sums) const {
  if (reference_.basis) return add_components(y, r, sums);
  std::vector<double> products(y.size());
  std::size_t at = 0;
  for (const std::span<const double> with : {r, y}) {
    for (std::size_t k = 0; k < y.size(); ++k) products[k] = with[k] * y[k];
    orbits_.add(products, sums.subspan(at, orbits_.count()));
    at += orbits_.count();
  }
  const auto functions = zero_functions(reference_, level, y[0]);
  for (const double a : functions) {
    for (const double b : functions) sums[at++] += a * b;
    sums[at++] += a * r[0];
  }
}

LinearPart::Solution LinearPart::solve(std::span<const double> sums) const {
  if (reference_.basis) return solve_components(sums);
  std::vector<double> slopes(orbits_.count(), 0.0);
  for (std::size_t o = 1; o < slopes.size(); ++o) slopes[o] = sums[o] / sums[orbits_.count() + o];
  constexpr auto kFunctions = static_cast<Eigen::Index>(kZeroFunctions);
  Eigen::Matrix<double, kFunctions, kFunctions> gram;
  Eigen::Vector<double, kFunctions> right;
  std::size_t at = 2 * orbits_.count();
  for (Eigen::Index i = 0; i < kFunctions; ++i) {
    for (Eigen::Index j = 0; j < kFunctions; ++j) gram(i, j) = sums[at++];
    right(i) = sums[at++];
  }
  gram.diagonal() *= 1.0 + kZeroRidge;
  const Eigen::Vector<double, kFunctions> zero = gram.ldlt().solve(right);
  return {orbits_.spread(slopes), {zero.begin(), zero.end()}};
}

LinearPart::Solution LinearFit::at(double ratio) const {
  const LevelInterpolation of(ratios, scale, ratio);
  return {of(linear), of(zero)};
}

namespace {

class CalibratedWorker : public CorrectionWorker {
 public:
  CalibratedWorker(const FieldReference& reference, const LinearFit& part, std::unique_ptr<CorrectionWorker> inner)
      : reference_(reference), part_(part), inner_(std::move(inner)) {}

  void evaluate(const ReferenceLevel& level, std::span<const double> y, std::span<double> out) override {
    inner_->evaluate(level, y, out);
    const LinearPart::Solution here = part_.at(level.ratio());
    take_out(reference_, level, here.linear, here.zero, y, out);
  }

 private:
  const FieldReference& reference_;
  const LinearFit& part_;
  std::unique_ptr<CorrectionWorker> inner_;
};

}  // namespace

std::unique_ptr<CorrectionWorker> CalibratedCorrection::worker() const {
  return std::make_unique<CalibratedWorker>(reference_, part_, correction_.worker());
}

}  // namespace scorefield
