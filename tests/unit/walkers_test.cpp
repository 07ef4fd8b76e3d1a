#include "ensemble/walkers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <vector>

#include "physics/complex_gaussian.h"
#include "physics/complex_moments.h"
#include "test_support.h"

namespace scorefield {
namespace {

using Complex = std::complex<double>;

const QuarticAction kQuartic{{1.0, 1.0}, 1.0};
const QuarticAction kGaussian{{1.0, 1.0}, 0.0};

GenerateParams settings(const std::string& scheme, double step, double noise_y = 0.0) {
  GenerateParams generate;
  generate.scheme = scheme;
  generate.trajectory = 0.6;
  generate.step = step;
  generate.thermalisation = 12;
  generate.separation = 2;
  generate.length = 16;
  generate.noise_y = noise_y;
  return generate;
}

/// Average of a function of z over 256 units of 4096 configurations, all walkers independent of each other; errors from the units.
struct Average {
  Complex value = 0.0;
  double error_re = 0.0, error_im = 0.0;
};
template <class Function>
std::vector<Average> averages(const Walkers& walkers, std::size_t count, const Function& function) {
  constexpr std::int64_t kUnits = 256, kUnit = 4096;
  const Range mine = share(kUnits, test::world().size(), test::world().rank());
  std::vector<double> sums(4 * count, 0.0), xy(2 * kUnit);
  for (std::int64_t unit = mine.begin; unit < mine.end; ++unit) {
    walkers.draw(unit * kUnit, xy);
    std::vector<Complex> means(count, 0.0), values(count);
    for (std::size_t i = 0; i < xy.size(); i += 2) {
      function(Complex(xy[i], xy[i + 1]), values);
      for (std::size_t q = 0; q < count; ++q) means[q] += values[q] / static_cast<double>(kUnit);
    }
    for (std::size_t q = 0; q < count; ++q) {
      const double re = means[q].real(), im = means[q].imag();
      const std::array<double, 4> terms = {re, im, re * re, im * im};
      for (std::size_t t = 0; t < 4; ++t) sums[4 * q + t] += terms[t] / kUnits;
    }
  }
  test::world().sum(std::span(sums));
  std::vector<Average> result(count);
  for (std::size_t q = 0; q < count; ++q) {
    const auto error = [&](std::size_t at) {
      return std::sqrt((sums[4 * q + 2 + at] - sums[4 * q + at] * sums[4 * q + at]) / (kUnits - 1));
    };
    result[q] = {{sums[4 * q], sums[4 * q + 1]}, error(0), error(1)};
  }
  return result;
}

void expect_within(const Average& average, Complex expected, double sigmas, const std::string& what) {
  EXPECT_LT(std::fabs(test::sigmas(average.value.real(), expected.real(), average.error_re)), sigmas)
      << what << " " << average.value << expected;
  EXPECT_LT(std::fabs(test::sigmas(average.value.imag(), expected.imag(), average.error_im)), sigmas)
      << what << " " << average.value << expected;
}

/// <z^2> in the plane: of z z and, for what is not holomorphic, |z|^2.
std::vector<Average> squares(const Walkers& walkers) {
  return averages(walkers, 2, [](Complex z, std::vector<Complex>& out) {
    out[0] = z * z;
    out[1] = Complex(std::norm(z), z.real() * z.imag());
  });
}

// A walker depends on its number only: any part of a sequence is what the whole has there.
TEST(Walkers, ArePureFunctionsOfTheirNumber) {
  for (const double noise_y : {0.0, 0.7}) {
    const Walkers walkers(kQuartic, settings("second-order", 0.1, noise_y), 7);
    std::vector<double> whole(2 * 4096);
    walkers.draw(0, whole);
    for (const auto& [first, count] :
         std::vector<std::pair<std::size_t, std::size_t>>{{0, 512}, {512, 512}, {1600, 16}, {1616, 7}, {2048, 2048}}) {
      std::vector<double> part(2 * count);
      walkers.draw(static_cast<std::int64_t>(first), part);
      const auto expected = std::span(whole).subspan(2 * first, 2 * count);
      EXPECT_EQ(test::bits(part), test::bits(expected)) << first;
    }
    std::vector<double> other(whole.size());
    Walkers(kQuartic, settings("second-order", 0.1, noise_y), 8).draw(0, other);
    EXPECT_NE(test::bits(other), test::bits(whole));
  }
}

// 10^6 configurations; 4 sigma on eight numbers.
TEST(Walkers, ExactTransitionsSampleTheGaussian) {
  for (const double noise_y : {0.0, 1.0}) {
    const Walkers walkers(kGaussian, settings("exact", 0.6, noise_y), 3);
    const PlaneCovariance c = stationary_covariance(kGaussian.sigma, noise_y);
    const auto found = squares(walkers);
    expect_within(found[0], 1.0 / kGaussian.sigma, 4.0, "z^2");
    expect_within(found[1], {c.xx + c.yy, c.xy}, 4.0, "|z|^2, x y");
  }
}

// Of a linear drift the schemes' own stationary variance is known: with s = h sigma, a step multiplies by r and adds noise times b,
// <z^2> = 2 h b^2/(1 - r^2): r = 1 - s + s^2/2, b = 1 - s/2 (Heun), r = 1 - s, b = 1 (Euler). At h = 0.2 the two are 30 and 300 sigma from
// 1/sigma.
TEST(Walkers, StepsHaveTheOrderThatTheirNameSays) {
  const double h = 0.2;
  const Complex s = h * kGaussian.sigma, heun = 1.0 - s + 0.5 * s * s, euler = 1.0 - s, b = 1.0 - 0.5 * s;
  GenerateParams of_heun = settings("second-order", h), of_euler = settings("euler", h);
  of_heun.largest_drift = of_euler.largest_drift = 0.0;
  expect_within(squares(Walkers(kGaussian, of_heun, 3))[0], 2.0 * h * b * b / (1.0 - heun * heun), 4.0, "Heun");
  expect_within(squares(Walkers(kGaussian, of_euler, 3))[0], 2.0 * h / (1.0 - euler * euler), 4.0, "Euler");
}

TEST(Walkers, SampleTheQuarticModel) {
  const ComplexMoments exact = exact_moments(kQuartic);
  const auto found = averages(Walkers(kQuartic, settings("second-order", 0.01), 5), 4, [](Complex z, std::vector<Complex>& out) {
    for (int n = 2; n <= 8; n += 2) out[static_cast<std::size_t>(n / 2 - 1)] = std::pow(z, n);
  });
  for (std::size_t i = 0; i < 4; ++i) expect_within(found[i], exact.moments[2 * i + 1], 4.0, "z^" + std::to_string(2 * i + 2));
}

TEST(Walkers, StayInTheStrip) {
  const double border = strip(kQuartic, 0.0).value();
  const Walkers walkers(kQuartic, settings("second-order", 0.01), 5);
  std::vector<double> xy(2 * 65536);
  walkers.draw(test::world().rank() * 65536, xy);
  double farthest = 0.0;
  for (std::size_t i = 1; i < xy.size(); i += 2) farthest = std::max(farthest, std::fabs(xy[i]));
  EXPECT_LT(farthest, border);
  EXPECT_GT(farthest, 0.9 * border);
}

// With noise in y excursions go far: shorter steps follow them, and what comes out is finite. With steps of one length, too long, a walker
// runs away, and its error names it.
TEST(Walkers, LargeDriftsMakeStepsShorter) {
  GenerateParams generate = settings("second-order", 0.01, 1.0);
  std::vector<double> xy(2 * 4096);
  Walkers(kQuartic, generate, 5).draw(0, xy);
  for (const double value : xy) ASSERT_TRUE(std::isfinite(value));
  generate.largest_drift = 0.0;
  generate.step = 0.3;
  const test::Caught error = test::caught([&] { Walkers(kQuartic, generate, 5).draw(0, xy); });
  EXPECT_TRUE(error.thrown);
  EXPECT_EQ(error.code, ExitCode::numerical);
  EXPECT_NE(error.message.find("ran away after Langevin time"), std::string::npos) << error.message;
  EXPECT_NE(error.message.find("generate.largest-drift"), std::string::npos) << error.message;
}

// Shortening many steps (where |K| h is above 0.04) must not change what is sampled: times are those of the walker, not of the step.
TEST(Walkers, ShorterStepsSampleTheSame) {
  GenerateParams generate = settings("second-order", 0.02);
  generate.largest_drift = 0.04;
  const ComplexMoments exact = exact_moments(kQuartic);
  const auto found = squares(Walkers(kQuartic, generate, 5));
  expect_within(found[0], exact.moments[1], 4.0, "z^2");
}

}  // namespace
}  // namespace scorefield
