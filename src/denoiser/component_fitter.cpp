#include "denoiser/component_fitter.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "denoiser/complex_matrix.h"
#include "denoiser/feature_fitter.h"
#include "denoiser/least_squares.h"

namespace scorefield {
/// What a coefficient multiplies: `unit` times feature `row` of each complex field, as its real or imaginary part, plain or smoothed.
struct ComponentFitter::Term {
  std::size_t feature, part;
  bool smoothed;
  double unit;
};

/// At an orbit: cross spectra of features and residual without what is linear in y, X - X_y X_yy^-1 y_X, and X_fy X_yy^-1.
struct ComponentFitter::OrbitSums {
  ComplexMatrix left, slopes;
};

std::size_t numbers_of_component_fit(FieldShape shape, std::size_t components, bool directed, int order) {
  const std::vector<ComponentNode> graph = component_graph(components / 2, order);
  const auto features =
      static_cast<std::size_t>(std::count_if(graph.begin(), graph.end(), [](const ComponentNode& node) { return node.feature; }));
  return CrossSpectra(ModeOrbits(shape, directed), features * (components / 2) + 2 * components).numbers();
}

ComponentFitter::ComponentFitter(const FieldReference& reference, int order)
    : reference_(reference),
      components_(reference.basis->components()),
      fields_(reference_, reference.widest(), order),
      spectra_(reference_.basis->orbits(), fields_.features() * (components_ / 2) + 2 * components_),
      rows_((fields_.features() * (components_ / 2) + 2 * components_) * reference.shape.sites()),
      residual_(reference.numbers()) {}

void ComponentFitter::set_level(const ReferenceLevel& level) {
  level_ = level;
  fields_.set_level(level, std::numeric_limits<double>::infinity());
}

double ComponentFitter::add(std::span<const double> y, std::span<const double> target, std::span<double> sums) {
  const double largest = fields_.evaluate(y);
  const std::size_t of_features = fields_.features() * complex_fields() * reference_.shape.sites(), numbers = reference_.numbers();
  const std::span<double> rows(rows_);
  fields_.transformed(rows.first(of_features));
  std::fill(residual_.begin(), residual_.end(), 0.0);
  level_->add_denoised(y, residual_);
  for (std::size_t i = 0; i < numbers; ++i) residual_[i] = target[i] - residual_[i];
  reference_.basis->vectors().apply(y, rows.subspan(of_features, numbers));
  reference_.basis->vectors().apply(residual_, rows.subspan(of_features + numbers, numbers));
  spectra_.add(rows, sums);
  return largest;
}

std::vector<ComponentFitter::Term> ComponentFitter::terms() const {
  std::vector<Term> all;
  for (std::size_t part = 0; part < 2; ++part) {
    for (std::size_t j = 0; j < fields_.features(); ++j) all.push_back({j, part, false, fields_.units()[part]});
  }
  for (std::size_t part = 0; part < 2; ++part) {
    for (const std::size_t j : fields_.smoothed_features()) all.push_back({j, part, true, fields_.units()[part]});
  }
  return all;
}

ComponentFitter::OrbitSums ComponentFitter::orbit_sums(std::span<const double> sums, std::size_t orbit) const {
  const auto features = static_cast<Eigen::Index>(fields_.features() * complex_fields()), n = static_cast<Eigen::Index>(components_);
  const ComplexMatrix x = matrix_of(spectra_.of_orbit(sums, orbit), features + 2 * n);
  ComplexMatrix without_y(features + n, features + n), with_y(features + n, n);
  without_y << x.topLeftCorner(features, features), x.topRightCorner(features, n), x.bottomLeftCorner(n, features),
      x.bottomRightCorner(n, n);
  with_y << x.block(0, features, features, n), x.bottomRows(n).middleCols(features, n);
  const ComplexMatrix slopes = slopes_of(with_y, x.block(features, features, n, n));
  return {without_y - slopes * with_y.adjoint(), slopes.topRows(features)};
}

/// What all groups of a level share.
struct ComponentFitter::Setting {
  std::vector<Term> terms;
  std::vector<ModeMatrix::Values> propagators, weights;  ///< P and W = 1/P of each orbit
};

Eigen::Index ComponentFitter::row_of(const Term& term, std::size_t field) const {
  return static_cast<Eigen::Index>(term.feature * complex_fields() + field);
}

/// Adds one orbit's part of the normal equations: Re of sum over components of F^dagger W G, with W P = 1 for one smoothed factor and P W P
/// = P for two.
void ComponentFitter::add_orbit(const Setting& setting, std::span<const double> sums, std::size_t orbit, Equations& to) const {
  const auto n = static_cast<Eigen::Index>(components_), count = static_cast<Eigen::Index>(setting.terms.size());
  const auto features = static_cast<Eigen::Index>(fields_.features() * complex_fields());
  const ComplexMatrix left = orbit_sums(sums, orbit).left, p = matrix_of(setting.propagators[orbit], n),
                      w = matrix_of(setting.weights[orbit], n);
  const ComplexMatrix one = ComplexMatrix::Identity(n, n);
  const auto between = [&](bool first, bool second) -> const ComplexMatrix& { return first && second ? p : first || second ? one : w; };
  for (Eigen::Index i = 0; i < count; ++i) {
    const Term& a = setting.terms[static_cast<std::size_t>(i)];
    for (std::size_t f = 0; f < complex_fields(); ++f) {
      const auto c = static_cast<Eigen::Index>(2 * f + a.part);
      for (Eigen::Index j = i; j < count; ++j) {
        const Term& b = setting.terms[static_cast<std::size_t>(j)];
        for (std::size_t g = 0; g < complex_fields(); ++g) {
          const auto d = static_cast<Eigen::Index>(2 * g + b.part);
          const auto product = between(a.smoothed, b.smoothed)(c, d) * std::conj(left(row_of(a, f), row_of(b, g)));
          to.matrix(i, j) += a.unit * b.unit * product.real();
        }
      }
      for (Eigen::Index d = 0; d < n; ++d) {
        to.right(i) += a.unit * (between(a.smoothed, false)(c, d) * std::conj(left(row_of(a, f), features + d))).real();
      }
    }
  }
}

Equations ComponentFitter::normal_of(const Setting& setting, std::span<const double> sums) const {
  const auto count = static_cast<Eigen::Index>(setting.terms.size());
  Equations equations{Eigen::MatrixXd::Zero(count, count), Eigen::VectorXd::Zero(count)};
  for (std::size_t o = 0; o < reference_.basis->orbits().count(); ++o) add_orbit(setting, sums, o, equations);
  equations.matrix = Eigen::MatrixXd(equations.matrix.selfadjointView<Eigen::Upper>());
  return equations;
}

/// A = sum_i c_i X_fy X_yy^-1, of smoothed features P times that.
std::vector<double> ComponentFitter::linear_of(const Setting& setting, std::span<const double> sums,
                                               std::span<const double> coefficients) const {
  const ModeBasis& basis = *reference_.basis;
  const auto n = static_cast<Eigen::Index>(components_);
  std::vector<ModeMatrix::Values> linear;
  for (std::size_t o = 0; o < basis.orbits().count(); ++o) {
    const ComplexMatrix slopes = orbit_sums(sums, o).slopes;
    ComplexMatrix plain = ComplexMatrix::Zero(n, n), smoothed = ComplexMatrix::Zero(n, n);
    for (std::size_t i = 0; i < setting.terms.size(); ++i) {
      const Term& term = setting.terms[i];
      for (std::size_t f = 0; f < complex_fields(); ++f) {
        const auto row = static_cast<Eigen::Index>(2 * f + term.part);
        (term.smoothed ? smoothed : plain).row(row) += coefficients[i] * term.unit * slopes.row(row_of(term, f));
      }
    }
    linear.push_back(values_of(plain + matrix_of(setting.propagators[o], n) * smoothed));
  }
  return ModeMatrix(basis.orbits(), components_, linear).numbers();
}

FitSolution ComponentFitter::solve(std::span<const double> sums) const {
  require_finite_sums(sums);
  const ModeBasis& basis = *reference_.basis;
  const Setting setting{terms(), basis.function([&](double v) { return fields_.propagator(v); }),
                        basis.function([&](double v) { return 1.0 / fields_.propagator(v); })};
  const std::vector<double> no_zero(kZeroFunctions, 0.0);
  if (setting.terms.empty()) return {{}, std::vector<double>(numbers_of_linear(reference_), 0.0), no_zero};
  FitGroups groups = groups_of(sums, numbers(), [&](std::span<const double> of_group) { return normal_of(setting, of_group); });
  const Eigen::VectorXd solved = solve_predicting(normal_of(setting, groups.total), std::move(groups.equations));
  const std::vector<double> coefficients(solved.begin(), solved.end());
  return {coefficients, linear_of(setting, groups.total, coefficients), no_zero};
}

std::unique_ptr<LevelFitter> make_fitter(const FieldReference& reference, int order) {
  if (reference.basis) return std::make_unique<ComponentFitter>(reference, order);
  return std::make_unique<FeatureFitter>(reference, order);
}

}  // namespace scorefield
