#include "denoiser/features.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "denoiser/feature_fitter.h"
#include "lattice_support.h"

namespace scorefield {
namespace {

constexpr FieldShape kShape{6, 6};
constexpr std::size_t kSites = 36;

FieldReference reference_of(double magnetisation) {
  FieldReference reference{kShape, magnetisation, {}, {}};
  for (std::size_t k = 0; k < kSites; ++k) {
    const auto fold = [](std::size_t n) { return static_cast<double>(std::min(n, 6 - n)); };
    reference.spectrum.push_back(1.0 / (0.5 + fold(k / 6) + fold(k % 6)));
  }
  reference.zero = {{{0.7, 6.0 * magnetisation, reference.spectrum[0]}, {0.3, 0.5, 1.0}}};
  return reference;
}

// Every feature is odd under a change of all signs, and moves with the field; counts go with the order.
TEST(Features, OddAndEquivariant) {
  for (const double m : {0.0, 1.2}) {
    const FieldReference reference = reference_of(m);
    FeatureFields fields(reference, reference.widest(), feature_graph(m > 0.0, 7));
    const ReferenceLevel level(reference, 0.8);
    fields.set_level(level, {0.7, 1e9});
    Hartley hartley = Hartley::orthogonal(kShape);
    const std::vector<double> phi = test::some_normals(kSites, 21);
    const std::size_t count = fields.features();
    const auto of = [&](const std::vector<double>& field) {
      std::vector<double> y(kSites), features(count * kSites);
      hartley.transform(field, y);
      fields.evaluate(y);
      fields.transformed(features);
      for (std::size_t i = 0; i < count; ++i) {
        const auto one = std::span(features).subspan(i * kSites, kSites);
        hartley.transform(one, one);
      }
      return features;
    };
    std::vector<double> negative(kSites), moved(kSites);
    for (std::size_t x = 0; x < kSites; ++x) {
      negative[x] = -phi[x];
      moved[(x / 6 + 2) % 6 * 6 + (x + 1) % 6] = phi[x];
    }
    const auto plain = of(phi), odd = of(negative), shifted = of(moved);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t x = 0; x < kSites; ++x) {
        const double value = plain[i * kSites + x];
        EXPECT_NEAR(odd[i * kSites + x], -value, 1e-11 * (1.0 + std::fabs(value)));
        EXPECT_NEAR(shifted[i * kSites + (x / 6 + 2) % 6 * 6 + (x + 1) % 6], value, 1e-11 * (1.0 + std::fabs(value)));
      }
    }
  }
  EXPECT_EQ(feature_names(feature_graph(false, 1)).size(), 0u);
  EXPECT_EQ(feature_names(feature_graph(false, 3)).size(), 4u);  // u3, u P(u2), and both smoothed
  EXPECT_GT(feature_names(feature_graph(false, 7)).size(), feature_names(feature_graph(false, 5)).size());
}

// A target that is made of features is found again to 0.1 % (there is a ridge), but for what is linear in each mode, which is gone: the sum
// of R y over the configurations vanishes orbit by orbit; and that of R(0) with all functions of the zero mode.
TEST(Features, FitFindsWhatIsThere) {
  for (const double m : {0.0, 1.2}) {
    const FieldReference reference = reference_of(m);
    const ReferenceLevel level(reference, 0.8);
    FeatureFitter fitter(reference, 3);
    fitter.set_level(level);
    FeatureFields fields(reference, reference.widest(), feature_graph(m > 0.0, 3));
    fields.set_level(level, {0.7, 1e9});
    const std::size_t count = fields.features();
    std::vector<double> planted(count);
    for (std::size_t i = 0; i < count; ++i) planted[i] = 0.1 * static_cast<double>(i + 1);
    std::vector<double> sums(fitter.numbers(), 0.0), target(kSites);
    const auto noisy = [](std::size_t i) { return test::some_normals(kSites, 100 + i); };
    constexpr std::size_t kCount = 200;
    for (std::size_t i = 0; i < kCount; ++i) {
      const std::vector<double> y = noisy(i);
      fields.evaluate(y);
      fields.combine(planted, target);
      level.add_denoised(y, target);
      fitter.add(y, target, sums);
    }
    const FitSolution solution = fitter.solve(sums);
    FeatureFit fit{3,     reference.widest(),      reference.widest(), {0.8},          {std::sqrt(level.denoised_variance())}, {1e9},
                   {1e9}, {solution.coefficients}, {solution.linear},  {solution.zero}};
    const FeatureCorrection correction(reference, fit);
    const auto worker = correction.worker();
    const ModeOrbits orbits(kShape);
    struct Sums {
      double square = 0.0, with_y = 0.0;
    };
    std::vector<Sums> of_r(orbits.count()), of_error(orbits.count()), of_target(orbits.count());
    std::vector<double> r(kSites), y_square(orbits.count(), 0.0), with_zero(kZeroFunctions, 0.0);
    for (std::size_t i = 0; i < kCount; ++i) {
      const std::vector<double> y = noisy(i);
      worker->evaluate(level, y, r);
      const auto functions = zero_functions(reference, level, y[0]);
      for (std::size_t n = 0; n < kZeroFunctions; ++n) with_zero[n] += functions[n] * r[0];
      fields.evaluate(y);
      fields.combine(planted, target);
      for (std::size_t k = 0; k < kSites; ++k) {
        const std::size_t o = orbits.of(k);
        y_square[o] += y[k] * y[k];
        for (const auto& [sums_of, value] :
             {std::pair(&of_r, r[k]), std::pair(&of_error, target[k] - r[k]), std::pair(&of_target, target[k])}) {
          (*sums_of)[o].square += value * value;
          (*sums_of)[o].with_y += value * y[k];
        }
      }
    }
    for (std::size_t n = 0; n < kZeroFunctions; ++n) EXPECT_LT(std::fabs(with_zero[n]), 1e-4 * std::sqrt(of_r[0].square * kCount)) << n;
    double left = 0.0, all = 0.0;
    for (std::size_t o = 1; o < orbits.count(); ++o) {
      EXPECT_LT(std::fabs(of_r[o].with_y), 1e-9 * std::sqrt(of_r[o].square * y_square[o])) << o;
      left += of_error[o].square - of_error[o].with_y * of_error[o].with_y / y_square[o];
      all += of_target[o].square - of_target[o].with_y * of_target[o].with_y / y_square[o];
    }
    EXPECT_LT(left, 1e-3 * all);
  }
}

// Targets that are all noise: what is fitted to eight groups of configurations is half at most of what is fitted to all as one, over ten
// fits (0.04 here).
TEST(Features, NothingIsLearntFromNoise) {
  const FieldReference reference = reference_of(0.0);
  const ReferenceLevel level(reference, 0.8);
  FeatureFitter fitter(reference, 7);
  fitter.set_level(level);
  constexpr std::size_t kGroups = 8, kOfGroup = 25, kFits = 10;
  const auto square_of = [&](const FitSolution& solution) {
    const FeatureFit fit{7,     reference.widest(),      reference.widest(), {0.8},          {std::sqrt(level.denoised_variance())}, {1e9},
                         {1e9}, {solution.coefficients}, {solution.linear},  {solution.zero}};
    const FeatureCorrection correction(reference, fit);
    std::vector<double> r(kSites);
    double sum = 0.0;
    for (std::size_t i = 0; i < 200; ++i) {
      correction.worker()->evaluate(level, test::some_normals(kSites, 30000 + i), r);
      for (const double v : r) sum += v * v;
    }
    return sum;
  };
  double of_groups = 0.0, of_all = 0.0;
  for (std::size_t fit = 0; fit < kFits; ++fit) {
    std::vector<double> groups(kGroups * fitter.numbers(), 0.0), all(fitter.numbers(), 0.0);
    for (std::size_t i = 0; i < kGroups * kOfGroup; ++i) {
      const std::vector<double> y = test::some_normals(kSites, 1000 * fit + i);
      std::vector<double> target = test::some_normals(kSites, 1000 * fit + 500 + i);
      level.add_denoised(y, target);
      fitter.add(y, target, std::span(groups).subspan(i / kOfGroup * fitter.numbers(), fitter.numbers()));
      fitter.add(y, target, all);
    }
    of_groups += square_of(fitter.solve(groups));
    of_all += square_of(fitter.solve(all));
  }
  EXPECT_LT(of_groups, 0.5 * of_all);
}

// Between two noises all is linear in l; beyond them it is constant. The correction is cut at its limit.
TEST(Features, InterpolatesAndCuts) {
  const FeatureFit fit{3, 1.0, 4.0, {0.5, 2.0}, {0.5, 1.5}, {1.0, 2.0}, {5.0, 3.0}, {{1.0}, {3.0}}, {{0.0}, {1.0}}, {{2.0}, {0.0}}};
  const auto coordinate = [](double r) { return -std::asinh(2.0 / r); };
  const double part = (coordinate(1.0) - coordinate(0.5)) / (coordinate(2.0) - coordinate(0.5));
  EXPECT_NEAR(fit.at(1.0).coefficients[0], 1.0 + 2.0 * part, 1e-14);
  EXPECT_NEAR(fit.at(1.0).linear[0], part, 1e-14);
  EXPECT_NEAR(fit.at(1.0).zero[0], 2.0 - 2.0 * part, 1e-14);
  EXPECT_NEAR(fit.at(1.0).scales.bound, 1.0 + part, 1e-14);
  EXPECT_NEAR(fit.at(1.0).scales.deviation, 0.5 + part, 1e-14);
  EXPECT_NEAR(fit.at(1.0).limit, 5.0 - 2.0 * part, 1e-14);
  EXPECT_EQ(fit.at(0.1).coefficients[0], 1.0);
  EXPECT_EQ(fit.at(100.0).coefficients[0], 3.0);
  const FieldReference reference = reference_of(0.0);
  const std::size_t count = feature_names(feature_graph(false, 3)).size();
  const FeatureFit huge{3,
                        reference.widest(),
                        reference.widest(),
                        {0.8},
                        {1.0},
                        {1e9},
                        {0.25},
                        {std::vector<double>(count, 1e6)},
                        {std::vector<double>(kSites, 0.0)},
                        {std::vector<double>(kZeroFunctions, 0.0)}};
  const std::vector<double> y = test::some_normals(kSites, 31);
  std::vector<double> r(kSites);
  const FeatureCorrection correction(reference, huge);
  correction.worker()->evaluate(ReferenceLevel(reference, 0.8), y, r);
  Hartley hartley = Hartley::orthogonal(kShape);
  hartley.transform(r, r);
  for (const double v : r) EXPECT_LE(std::fabs(v), 0.25 + 1e-12);
}

// Odd powers of the denoised zero mode over its root mean square; far away they stay finite.
TEST(Features, FunctionsOfTheZeroMode) {
  FieldReference reference = reference_of(0.0);
  reference.zero = {{{1.0, 0.0, 4.0}}};
  const ReferenceLevel level(reference, 2.0);                    // half of it is left
  const auto functions = zero_functions(reference, level, 6.0);  // 2.1 deviations
  for (std::size_t n = 0; n < kZeroFunctions; ++n)
    EXPECT_NEAR(functions[n], std::pow(1.5 * std::sqrt(2.0), 2.0 * static_cast<double>(n) + 1.0), 1e-12);
  EXPECT_NEAR(zero_functions(reference, level, -1e9)[0], -3.0, 1e-12);
}

}  // namespace
}  // namespace scorefield
