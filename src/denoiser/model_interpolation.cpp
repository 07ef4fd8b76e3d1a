#include "denoiser/model_interpolation.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <utility>

#include "denoiser/complex_matrix.h"
#include "denoiser/reference_tally.h"

namespace scorefield {
namespace {

/// e^A of a Hermitian matrix [a][b].
ModeMatrix::Values exponential(const ModeMatrix::Values& values, std::size_t size) {
  const auto n = static_cast<Eigen::Index>(size);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXcd> solver(Eigen::MatrixXcd(matrix_of(values, n)));
  const Eigen::VectorXd exponentials = solver.eigenvalues().array().exp();
  return values_of(solver.eigenvectors() * exponentials.asDiagonal() * solver.eigenvectors().adjoint());
}

/// sum += weight values.
void add(std::vector<double>& sum, double weight, const std::vector<double>& values) {
  sum.resize(values.size(), 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) sum[i] += weight * values[i];
}

/// Between the linear parts at one noise.
template <class Of>
LinearPart::Solution linear_between(const std::vector<FieldModel>& models, std::span<const double> weights, const Of& of) {
  LinearPart::Solution sum;
  for (std::size_t i = 0; i < models.size(); ++i) {
    const auto here = of(models[i]);
    add(sum.linear, weights[i], here.linear);
    add(sum.zero, weights[i], here.zero);
  }
  return sum;
}

}  // namespace

std::vector<double> interpolation_weights(std::span<const double> values, double at) {
  std::vector<double> weights(values.size(), 1.0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t j = 0; j < values.size(); ++j) {
      if (j != i) weights[i] *= (at - values[j]) / (values[i] - values[j]);
    }
  }
  return weights;
}

FieldReference reference_between(const std::vector<FieldModel>& models, std::span<const double> weights) {
  const ModeBasis& first = *models[0].reference.basis;
  std::vector<ModeMatrix::Values> covariance(first.orbits().count(), ModeMatrix::Values(first.components() * first.components()));
  for (std::size_t i = 0; i < models.size(); ++i) {
    const auto logarithms = models[i].reference.basis->function([](double v) { return std::log(v); });
    for (std::size_t o = 0; o < covariance.size(); ++o) {
      for (std::size_t e = 0; e < covariance[o].size(); ++e) covariance[o][e] += weights[i] * logarithms[o][e];
    }
  }
  for (auto& of_orbit : covariance) of_orbit = exponential(of_orbit, first.components());
  return component_reference(first.shape(), first.components(), first.orbits().directed(), std::move(covariance));
}

FieldModel model_between(const std::vector<FieldModel>& models, std::span<const double> weights, FieldReference reference,
                         const std::vector<double>& ratios) {
  FieldModel model{std::move(reference), {}};
  FeatureFit& fit = model.fit;
  fit.order = models[0].fit.order;
  fit.widest = fit.scale = model.reference.widest();
  fit.ratios = ratios;
  const bool calibrated = std::all_of(models.begin(), models.end(), [](const FieldModel& m) { return m.calibration.has_value(); });
  if (calibrated) model.calibration = LinearFit{fit.scale, ratios, {}, {}};
  for (const double ratio : ratios) {
    double bound = 0.0, limit = 0.0;
    std::vector<double> coefficients;
    for (std::size_t i = 0; i < models.size(); ++i) {
      const FeatureFit::Level here = models[i].fit.at(ratio);
      bound = std::max(bound, here.scales.bound);
      limit = std::max(limit, here.limit);
      add(coefficients, weights[i], here.coefficients);
    }
    fit.deviations.push_back(std::sqrt(ReferenceLevel(model.reference, ratio).denoised_variance()));
    fit.bounds.push_back(bound);
    fit.limits.push_back(limit);
    fit.coefficients.push_back(coefficients);
    const auto linear = linear_between(models, weights, [&](const FieldModel& m) { return m.fit.at(ratio); });
    fit.linear.push_back(linear.linear);
    fit.zero.push_back(linear.zero);
    if (!calibrated) continue;
    const auto extra = linear_between(models, weights, [&](const FieldModel& m) { return m.calibration->at(ratio); });
    model.calibration->linear.push_back(extra.linear);
    model.calibration->zero.push_back(extra.zero);
  }
  return model;
}

}  // namespace scorefield
