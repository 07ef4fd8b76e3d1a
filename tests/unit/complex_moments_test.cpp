#include "physics/complex_moments.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace scorefield {
namespace {

using Complex = std::complex<double>;

const std::vector<QuarticAction> kActions = {{{1.0, 1.0}, 1.0},          {{1.0, 5.0}, 1.0},  {{-2.0, 0.5}, {1.0, 0.3}},
                                             {{0.7, -0.4}, {0.3, -0.8}}, {{20.0, 3.0}, 0.1}, {{1.0, 0.0}, 1.0}};

/// The integral of x^n exp(-S) over the real line, by the midpoint rule.
Complex on_the_line(const QuarticAction& action, int n) {
  constexpr int kCells = 40000;
  constexpr double kEnd = 12.0;
  Complex sum = 0.0;
  for (int i = 0; i < kCells; ++i) {
    const double x = kEnd * ((2.0 * i + 1.0) / kCells - 1.0);
    sum += std::pow(x, n) * std::exp(-0.5 * action.sigma * x * x - 0.25 * action.lambda * x * x * x * x);
  }
  return sum * (2.0 * kEnd / kCells);
}

TEST(ComplexMoments, AreThoseOnTheRealLine) {
  for (const QuarticAction& action : kActions) {
    const ComplexMoments exact = exact_moments(action);
    const Complex z = on_the_line(action, 0);
    EXPECT_LT(std::abs(exact.z / z - 1.0), 1e-11) << action.sigma << action.lambda;
    for (int n = 1; n <= kMaxOrder; ++n) {
      const Complex expected = n % 2 == 1 ? 0.0 : on_the_line(action, n) / z;
      EXPECT_LT(std::abs(exact.moments[n - 1] - expected), 1e-10 * (1.0 + std::abs(expected))) << action.sigma << action.lambda << n;
    }
  }
}

TEST(ComplexMoments, OfTheGaussianAreKnown) {
  const Complex sigma(0.8, -1.7);
  const ComplexMoments exact = exact_moments({sigma, 0.0});
  const double factors[] = {1.0, 3.0, 15.0, 105.0};
  for (int n = 2; n <= kMaxOrder; n += 2) {
    EXPECT_LT(std::abs(exact.moments[n - 1] * std::pow(sigma, n / 2) / factors[n / 2 - 1] - 1.0), 1e-12);
    EXPECT_LT(std::abs(exact.cumulants[n - 1] - (n == 2 ? 1.0 / sigma : 0.0)), 1e-11) << n;
  }
  EXPECT_LT(std::abs(exact.z - std::sqrt(2.0 * M_PI / sigma)), 1e-12);
}

// The exact rows of the published tables, to all their digits (-Im is published).
TEST(ComplexMoments, PublishedCumulants) {
  const ComplexMoments exact = exact_moments({{1.0, 1.0}, 1.0});
  const double re[] = {0.428142, -0.060347, -0.00934, 0.41578}, minus_im[] = {0.148010, -0.100083, 0.19222, -0.5923};
  const double digit_re[] = {1e-6, 1e-6, 1e-5, 1e-5}, digit_im[] = {1e-6, 1e-6, 1e-5, 1e-4};
  for (int i = 0; i < 4; ++i) {
    EXPECT_NEAR(exact.cumulants[2 * i + 1].real(), re[i], 0.51 * digit_re[i]);
    EXPECT_NEAR(-exact.cumulants[2 * i + 1].imag(), minus_im[i], 0.51 * digit_im[i]);
  }
}

// Z is e^{sigma^2/8 lambda} times the parabolic cylinder function D_{-1/2}(sigma/sqrt(2 lambda)): its zero nearest to 0, by Newton's method
// with 30 digits.
TEST(ComplexMoments, PhaseTellsWhereZVanishes) {
  const Complex zero(-2.98519482169393725, 3.20609178483185055);
  EXPECT_LT(exact_moments({zero, 1.0}).phase, 1e-12);
  EXPECT_GT(exact_moments({zero + 0.01, 1.0}).phase, 1e-4);
  EXPECT_GT(exact_moments({{1.0, 1.0}, 1.0}).phase, 0.9);
}

TEST(Strip, DriftPointsInwardsOnItsBorderOnly) {
  const QuarticAction action{{1.0, 1.0}, 1.0};
  const double border = strip(action, 0.0).value();
  EXPECT_NEAR(border, 0.3029, 5e-5);
  double largest = -1e9, beyond = -1e9;
  for (double x = -10.0; x < 10.0; x += 1e-3) {
    largest = std::max(largest, action.drift(ComplexNumber<double>{x, border}).im);
    beyond = std::max(beyond, action.drift(ComplexNumber<double>{x, 0.99 * border}).im);
  }
  EXPECT_LT(largest, 1e-9);
  EXPECT_GT(largest, -1e-6);
  EXPECT_GT(beyond, 0.0);
  EXPECT_FALSE(strip(action, 0.1));
  EXPECT_FALSE(strip({{1.0, 2.0}, 1.0}, 0.0));
  EXPECT_FALSE(strip({{1.0, 1.0}, {1.0, 0.1}}, 0.0));
}

TEST(QuarticAction, DriftIsMinusTheDerivative) {
  for (const QuarticAction& action : kActions) {
    for (const Complex z : {Complex(0.3, -0.7), Complex(-2.0, 1.5)}) {
      const auto k = action.drift(ComplexNumber<double>{z.real(), z.imag()});
      const Complex expected = -action.sigma * z - action.lambda * z * z * z;
      EXPECT_LT(std::abs(Complex(k.re, k.im) - expected), 1e-13 * std::abs(expected));
    }
  }
}

}  // namespace
}  // namespace scorefield
