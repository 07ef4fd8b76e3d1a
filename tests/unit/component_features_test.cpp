#include "denoiser/component_features.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "denoiser/component_fitter.h"
#include "denoiser/linear_part.h"
#include "denoiser/reference_tally.h"
#include "lattice_support.h"

namespace scorefield {
namespace {

constexpr FieldShape kShape{4, 4};
constexpr std::size_t kSites = 16;

/// Real parts of variance about 1, imaginary ones narrower and correlated with them, the same for each complex field; in a directed theory
/// two fields that turn into each other along y.
FieldReference some_reference(std::size_t fields, bool directed) {
  const ModeOrbits orbits(kShape, directed);
  const std::size_t n = 2 * fields;
  std::vector<ModeMatrix::Values> covariance;
  for (std::size_t o = 0; o < orbits.count(); ++o) {
    std::size_t k = 0;
    while (orbits.of(k) != o || orbits.sign(k) < 0) ++k;
    ModeMatrix::Values s(n * n);
    const double v = 1.0 / (0.5 + static_cast<double>(o));
    for (std::size_t f = 0; f < fields; ++f) {
      const std::size_t x = 2 * f, y = 2 * f + 1;
      s[x * n + x] = v;
      s[x * n + y] = s[y * n + x] = -0.15 * v;
      s[y * n + y] = 0.1 * v;
    }
    if (fields == 2 && orbits.sign(k) != 0) {
      s[0 * n + 2] = {0.0, 0.2 * v};
      s[2 * n + 0] = {0.0, -0.2 * v};
    }
    covariance.push_back(s);
  }
  return component_reference(kShape, n, directed, covariance);
}

std::vector<double> transformed_features(ComponentFields& fields, ModeTransform& transform, const std::vector<double>& field,
                                         std::size_t complex_fields) {
  std::vector<double> modes(field.size()), features(fields.features() * complex_fields * kSites);
  transform.to_modes(field, modes);
  fields.evaluate(modes);
  fields.transformed(features);
  for (std::size_t at = 0; at < features.size(); at += kSites) {
    const auto one = std::span(features).subspan(at, kSites);
    transform.of_components(one, one);
  }
  return features;
}

// Features are odd under a change of all signs, move with the field, and turn with rotations of the complex fields into each other.
TEST(ComponentFeatures, OddAndCovariant) {
  for (const std::size_t complex_fields : {1u, 2u}) {
    const FieldReference reference = some_reference(complex_fields, false);
    ComponentFields fields(reference, reference.widest(), 5);
    ModeTransform transform(reference);
    fields.set_level(ReferenceLevel(reference, 0.6), 1e9);
    const std::size_t n = 2 * complex_fields;
    const std::vector<double> field = test::some_normals(n * kSites, 9);
    std::vector<double> negative(field.size()), moved(field.size()), turned(field.size());
    const double cosine = std::cos(0.7), sine = std::sin(0.7);
    const auto place = [](std::size_t s) { return (s / 4 + 1) % 4 * 4 + (s + 2) % 4; };
    for (std::size_t c = 0; c < n; ++c) {
      for (std::size_t s = 0; s < kSites; ++s) {
        negative[c * kSites + s] = -field[c * kSites + s];
        moved[c * kSites + place(s)] = field[c * kSites + s];
        const double other = field[(c + 2) % n * kSites + s];
        turned[c * kSites + s] = complex_fields == 1 ? 0.0 : cosine * field[c * kSites + s] + (c < 2 ? -sine : sine) * other;
      }
    }
    const auto plain = transformed_features(fields, transform, field, complex_fields);
    const auto odd = transformed_features(fields, transform, negative, complex_fields);
    const auto shifted = transformed_features(fields, transform, moved, complex_fields);
    const auto rotated = transformed_features(fields, transform, turned, complex_fields);
    for (std::size_t j = 0; j < fields.features(); ++j) {
      for (std::size_t f = 0; f < complex_fields; ++f) {
        for (std::size_t s = 0; s < kSites; ++s) {
          const std::size_t at = (j * complex_fields + f) * kSites;
          const double value = plain[at + s], tolerance = 1e-10 * (1.0 + std::fabs(value));
          EXPECT_NEAR(odd[at + s], -value, tolerance);
          EXPECT_NEAR(shifted[at + place(s)], value, tolerance);
          if (complex_fields == 1) continue;
          const double other = plain[(j * complex_fields + 1 - f) * kSites + s];
          EXPECT_NEAR(rotated[at + s], cosine * value + (f == 0 ? -sine : sine) * other, 1e-9 * (1.0 + std::fabs(value)));
        }
      }
    }
  }
}

TEST(ComponentFeatures, Names) {
  EXPECT_TRUE(component_graph(1, 0).size() <= 2);
  EXPECT_TRUE(component_feature_names(component_graph(1, 1)).empty());
  EXPECT_EQ(component_feature_names(component_graph(1, 3)).size(), 20u);  // X^3 .. Y^3, six with P inside, and all smoothed
  EXPECT_EQ(component_feature_names(component_graph(2, 3)).size(), 24u);
  for (const std::size_t fields : {1u, 2u}) {
    for (const int order : {5, 7}) {
      std::vector<std::string> names = component_feature_names(component_graph(fields, order));
      std::sort(names.begin(), names.end());
      EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
    }
  }
}

// A target that is made of features is found again to 0.1 % (there is a ridge), but for what is linear in the field at each wave number: of
// that nothing is left, E[R(k) y(k)^dagger] = 0, also between components and, in a directed theory, between k and -k.
TEST(ComponentFeatures, FitFindsWhatIsThere) {
  for (const bool directed : {false, true}) {
    const std::size_t complex_fields = directed ? 2 : 1;
    const FieldReference reference = some_reference(complex_fields, directed);
    const ReferenceLevel level(reference, 0.5);
    ComponentFitter fitter(reference, 3);
    EXPECT_EQ(fitter.numbers(),
              numbers_of_component_fit(reference.shape, reference.basis->components(), reference.basis->orbits().directed(), 3));
    fitter.set_level(level);
    ComponentFields fields(reference, reference.widest(), 3);
    fields.set_level(level, 1e9);
    std::vector<double> planted(2 * (fields.features() + fields.smoothed()));
    for (std::size_t i = 0; i < planted.size(); ++i) planted[i] = 0.02 * static_cast<double>(i + 1);
    constexpr std::size_t kCount = 400;
    const std::size_t numbers = reference.numbers();
    const auto noisy = [&](std::size_t i) {
      std::vector<double> y = test::some_normals(numbers, 500 + i);
      for (std::size_t n = 0; n < numbers; ++n) y[n] *= std::sqrt(reference.spectrum[n] + 0.25);
      return y;
    };
    std::vector<double> sums(fitter.numbers(), 0.0), target(numbers);
    for (std::size_t i = 0; i < kCount; ++i) {
      const std::vector<double> y = noisy(i);
      fields.evaluate(y);
      fields.combine(planted, target);
      level.add_denoised(y, target);
      fitter.add(y, target, sums);
    }
    const FitSolution solution = fitter.solve(sums);
    FeatureFit fit{3,     reference.widest(),      reference.widest(), {0.5},          {1.0}, {1e9},
                   {1e9}, {solution.coefficients}, {solution.linear},  {solution.zero}};
    const FeatureCorrection correction(reference, fit);
    const auto worker = correction.worker();
    const LinearPart part(reference);
    std::vector<double> r(numbers), of_r(part.numbers(), 0.0), of_target(part.numbers(), 0.0), of_error(part.numbers(), 0.0),
        error(numbers);
    for (std::size_t i = 0; i < kCount; ++i) {
      const std::vector<double> y = noisy(i);
      worker->evaluate(level, y, r);
      fields.evaluate(y);
      fields.combine(planted, target);
      for (std::size_t n = 0; n < numbers; ++n) error[n] = target[n] - r[n];
      part.add(level, y, r, of_r);
      part.add(level, y, target, of_target);
      part.add(level, y, error, of_error);
    }
    const auto largest = [&](const std::vector<double>& from) {
      const auto slopes = part.solve(from).linear;
      return std::fabs(*std::max_element(slopes.begin(), slopes.end(), [](double a, double b) { return std::fabs(a) < std::fabs(b); }));
    };
    EXPECT_LT(largest(of_r), 1e-8 * largest(of_target));
    // What is not linear: the error less its linear part, beside the same of the target.
    const auto linear = part.solve(of_error).linear, of_planted = part.solve(of_target).linear;
    const std::vector<double> zero(kZeroFunctions, 0.0);
    double left = 0.0, all = 0.0;
    for (std::size_t i = 0; i < kCount; ++i) {
      const std::vector<double> y = noisy(i);
      worker->evaluate(level, y, r);
      fields.evaluate(y);
      fields.combine(planted, target);
      for (std::size_t n = 0; n < numbers; ++n) error[n] = target[n] - r[n];
      take_out(reference, level, linear, zero, y, error);
      take_out(reference, level, of_planted, zero, y, target);
      for (std::size_t n = 0; n < numbers; ++n) {
        left += error[n] * error[n];
        all += target[n] * target[n];
      }
    }
    EXPECT_LT(left, 1e-3 * all) << directed;
  }
}

}  // namespace
}  // namespace scorefield
