#include "observables/complex_field_observer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <functional>
#include <numbers>
#include <vector>

#include "base/rng.h"

namespace scorefield {
namespace {

using Complex = std::complex<double>;
using ComplexField = std::vector<Complex>;  ///< [pair][y][x]

constexpr std::int64_t kY = 4, kX = 6, kSites = kY * kX;

ModelParams model_named(const std::string& name) {
  ModelParams model;
  model.name = name;
  model.kappa = 0.17;
  model.mass = 0.7;
  model.mass_im = 0.3;
  model.lambda = 0.2;
  model.lambda_im = 0.1;
  model.mass_squared = 0.4;
  model.mu = 0.6;
  return model;
}

/// Numbers [component][y][x], and the same as complex ones.
struct Example {
  explicit Example(std::size_t pairs) : numbers(2 * pairs * kSites), field(pairs * kSites) {
    fill_normals({5, Stream::start, 0}, 0, numbers);
    for (std::size_t i = 0; i < field.size(); ++i) {
      const std::size_t pair = i / kSites, site = i % kSites;
      field[i] = {numbers[2 * pair * kSites + site], numbers[(2 * pair + 1) * kSites + site]};
    }
  }
  std::vector<double> numbers;
  ComplexField field;
};

std::size_t site(std::int64_t y, std::int64_t x) { return static_cast<std::size_t>((y + kY) % kY * kX + (x + kX) % kX); }

void for_sites(const std::function<void(std::int64_t, std::int64_t)>& work) {
  for (std::int64_t y = 0; y < kY; ++y) {
    for (std::int64_t x = 0; x < kX; ++x) work(y, x);
  }
}

Complex action_of_phi4(const ModelParams& m, const ComplexField& z) {
  Complex s = 0.0;
  for_sites([&](std::int64_t y, std::int64_t x) {
    const Complex here = z[site(y, x)], square = here * here;
    s += Complex(m.mass, m.mass_im) * square + Complex(m.lambda, m.lambda_im) * square * square -
         2.0 * m.kappa * here * (z[site(y + 1, x)] + z[site(y, x + 1)]);
  });
  return s;
}

/// In terms of phi = (a + i b)/sqrt 2 and what is its conjugate as long as a and b are real.
Complex action_of_bose_gas(const ModelParams& m, const ComplexField& z) {
  const Complex i(0.0, 1.0);
  const auto phi = [&](std::size_t at) { return (z[at] + i * z[kSites + at]) / std::numbers::sqrt2; };
  const auto conjugate = [&](std::size_t at) { return (z[at] - i * z[kSites + at]) / std::numbers::sqrt2; };
  Complex s = 0.0;
  for_sites([&](std::int64_t y, std::int64_t x) {
    const std::size_t here = site(y, x), later = site(y + 1, x), right = site(y, x + 1);
    const Complex square = conjugate(here) * phi(here);
    s += (4.0 + m.mass_squared) * square + m.lambda * square * square - conjugate(here) * std::exp(-m.mu) * phi(later) -
         conjugate(later) * std::exp(m.mu) * phi(here) - conjugate(here) * phi(right) - conjugate(right) * phi(here);
  });
  return s;
}

Complex action_of(const ModelParams& m, const ComplexField& z) {
  return m.name == "bose-gas" ? action_of_bose_gas(m, z) : action_of_phi4(m, z);
}

constexpr double kSmall = 1e-4;

/// -dS/dz by a difference.
Complex drift_at(const ModelParams& model, ComplexField z, std::size_t at) {
  const Complex here = z[at];
  z[at] = here + kSmall;
  const Complex above = action_of(model, z);
  z[at] = here - kSmall;
  return (action_of(model, z) - above) / (2.0 * kSmall);
}

class ComplexModels : public testing::TestWithParam<const char*> {
 protected:
  ComplexModels() : model(model_named(GetParam())), action(make_complex_field_action(model)) {}
  std::size_t pairs() const { return static_cast<std::size_t>(action->components() / 2); }

  ModelParams model;
  std::unique_ptr<ComplexFieldAction> action;
};

TEST_P(ComplexModels, DriftIsTheDerivativeOfTheAction) {
  const Example example(pairs());
  std::vector<double> k(example.numbers.size());
  action->drift({kY, kX}, example.numbers, k);
  for (std::size_t i = 0; i < example.field.size(); ++i) {
    const Complex expected = drift_at(model, example.field, i);
    const std::size_t at = 2 * (i / kSites) * kSites + i % kSites;
    EXPECT_NEAR(k[at], expected.real(), 1e-6) << i;
    EXPECT_NEAR(k[at + kSites], expected.imag(), 1e-6) << i;
  }
}

TEST_P(ComplexModels, AveragesOverAConfiguration) {
  const Example example(pairs());
  ComplexFieldObserver observer({kY, kX}, *action);
  std::vector<double> row(observer.size(), std::nan(""));
  observer.observe(example.numbers, row);
  const double share = 1.0 / static_cast<double>(example.field.size());
  const auto expect = [&](const char* name, Complex expected, double tolerance) {
    const auto& names = observer.names();
    const auto at = 2 * static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    ASSERT_LT(at, observer.averages()) << name;
    EXPECT_NEAR(row[at], expected.real(), tolerance) << name;
    EXPECT_NEAR(row[at + 1], expected.imag(), tolerance) << name;
  };
  Complex third = 0.0, hop_y = 0.0, hop_x = 0.0, langevin2 = 0.0, langevin4 = 0.0, magnetisation = 0.0;
  for (std::size_t pair = 0; pair < pairs(); ++pair) {
    Complex sum = 0.0;
    for_sites([&](std::int64_t y, std::int64_t x) {
      const std::size_t first = pair * kSites, here = first + site(y, x);
      const Complex z = example.field[here], k = drift_at(model, example.field, here);
      sum += z;
      third += share * z * z * z;
      hop_y += share * z * example.field[first + site(y + 1, x)];
      hop_x += share * z * example.field[first + site(y, x + 1)];
      langevin2 += share * (2.0 + 2.0 * z * k);
      langevin4 += share * (12.0 * z * z + 4.0 * z * z * z * k);
    });
    magnetisation += sum * sum * share;
  }
  expect("z^3", third, 1e-12);
  double largest = 0.0;
  for (std::size_t i = 0; i < example.field.size(); ++i) largest = std::max(largest, std::abs(drift_at(model, example.field, i)));
  EXPECT_NEAR(observer.largest_drift(), largest, 1e-5);
  expect("hop_y", hop_y, 1e-12);
  expect("hop_x", hop_x, 1e-12);
  expect("L z^2", langevin2, 1e-5);
  expect("L z^4", langevin4, 1e-5);
  expect("V M^2", magnetisation, 1e-12);
}

// By their names: density = d ln Z/d mu of one configuration, so -dS/d mu, a site; |phi|^2 = phi* phi.
TEST_P(ComplexModels, TheModelsOwnObservables) {
  const Example example(pairs());
  const auto found = action->observables({kY, kX}, example.numbers);
  ASSERT_EQ(found.size(), action->observable_names().size());
  if (model.name != "bose-gas") return;
  ModelParams more = model, less = model;
  more.mu += kSmall;
  less.mu -= kSmall;
  const Complex density = (action_of(less, example.field) - action_of(more, example.field)) / (2.0 * kSmall * kSites);
  Complex square = 0.0;
  for (const Complex& z : example.field) square += 0.5 * z * z / static_cast<double>(kSites);
  EXPECT_LT(std::abs(found[0] - density), 1e-6);
  EXPECT_LT(std::abs(found[1] - square), 1e-12);
}

TEST_P(ComplexModels, SpectrumIsThatOfANaiveTransform) {
  const Example example(pairs());
  ComplexFieldObserver observer({kY, kX}, *action);
  std::vector<double> row(observer.size());
  observer.observe(example.numbers, row);
  std::size_t place = observer.spectrum();
  for (std::int64_t ky = 0; ky < kY; ++ky) {
    for (std::int64_t kx = 0; kx <= kX / 2; ++kx) {
      Complex expected = 0.0;
      for (std::size_t pair = 0; pair < pairs(); ++pair) {
        Complex plus = 0.0, minus = 0.0;
        for_sites([&](std::int64_t y, std::int64_t x) {
          const double angle = 2.0 * std::numbers::pi * (static_cast<double>(ky * y) / kY + static_cast<double>(kx * x) / kX);
          plus += std::polar(1.0, angle) * example.field[pair * kSites + site(y, x)];
          minus += std::polar(1.0, -angle) * example.field[pair * kSites + site(y, x)];
        });
        expected += plus * minus / static_cast<double>(example.field.size());
      }
      EXPECT_NEAR(row[place++], expected.real(), 1e-12) << ky << " " << kx;
      EXPECT_NEAR(row[place++], expected.imag(), 1e-12) << ky << " " << kx;
    }
  }
  EXPECT_EQ(place, observer.size());
}

// Boundary terms count configurations whose |y| are all below a cutoff.
TEST_P(ComplexModels, BoundaryTermsCountAllSites) {
  Example example(pairs());
  example.numbers[static_cast<std::size_t>(action->components()) * kSites - 3] = -5.0;  // an imaginary part
  ComplexFieldObserver observer({kY, kX}, *action);
  std::vector<double> row(observer.size());
  observer.observe(example.numbers, row);
  const std::vector<double> cutoffs = observer.cutoffs();
  for (std::size_t c = 0; c < cutoffs.size(); ++c) {
    const std::size_t at = observer.boundary() + c * PlaneTally::kPerCutoff;
    const bool inside = cutoffs[c] > 5.0;
    EXPECT_EQ(row[at], inside ? 1.0 : 0.0) << cutoffs[c];
    EXPECT_EQ(row[at + 1], inside ? row[20] : 0.0) << cutoffs[c];  // L z^2, behind eight powers and two hops
    EXPECT_EQ(row[at + 4], inside ? row[23] : 0.0) << cutoffs[c];  // the imaginary part of L z^4
  }
}

INSTANTIATE_TEST_SUITE_P(All, ComplexModels, testing::Values("complex-phi4", "bose-gas"),
                         [](const auto& model) { return std::string(model.param) == "bose-gas" ? "BoseGas" : "Phi4"; });

}  // namespace
}  // namespace scorefield
