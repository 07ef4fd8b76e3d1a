#include "base/vector_math.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/rng.h"
#include "test_support.h"

namespace scorefield {
namespace {

constexpr std::size_t kPoints = 200003;  // odd: the last vector of a loop is not full

std::vector<double> points(double low, double high) {
  std::vector<double> x(kPoints);
  fill_uniforms({1, Stream::prior, 0}, 0, x);
  for (double& value : x) value = low + (high - low) * value;
  x.back() = low;
  x.front() = high;
  return x;
}

template <class Function>
std::vector<double> in_a_loop(const std::vector<double>& x, Function f) {
  std::vector<double> y(x.size());
#pragma omp simd
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = f(x[i]);
  return y;
}

/// One call at a time, with nothing that the compiler could vectorise.
template <class Function>
std::vector<double> one_by_one(const std::vector<double>& x, Function f) {
  std::vector<double> y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    volatile double in = x[i];
    volatile double out = f(in);
    y[i] = out;
  }
  return y;
}

double largest_relative_error(const std::vector<double>& x, const std::vector<double>& y, long double (*exact)(long double)) {
  long double worst = 0.0L;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const long double right = exact(x[i]);
    worst = std::max(worst, std::abs((y[i] - right) / right));
  }
  return static_cast<double>(worst);
}

const auto kExp = [](double x) { return vmath::exp(x); };
const auto kTanh = [](double x) { return vmath::tanh(x); };

// e^x to 4e-16 relative over the range, clamped outside it.
TEST(VectorMath, Exp) {
  const auto narrow = points(-1.0, 1.0), wide = points(-708.0, 708.0);
  EXPECT_LT(largest_relative_error(narrow, in_a_loop(narrow, kExp), std::exp), 4e-16);
  EXPECT_LT(largest_relative_error(wide, in_a_loop(wide, kExp), std::exp), 4e-16);
  EXPECT_EQ(vmath::exp(0.0), 1.0);
  EXPECT_EQ(vmath::exp(-1e5), vmath::exp(-708.0));
  EXPECT_EQ(vmath::exp(1e5), vmath::exp(708.0));
}

// tanh x to 3e-16 absolute, odd to the bit, +-1 far out.
TEST(VectorMath, Tanh) {
  const auto x = points(-20.0, 20.0);
  const auto y = in_a_loop(x, kTanh);
  for (std::size_t i = 0; i < x.size(); ++i) {
    ASSERT_NEAR(y[i], std::tanh(x[i]), 3e-16);
    ASSERT_EQ(vmath::tanh(-x[i]), -y[i]);
  }
  EXPECT_EQ(vmath::tanh(400.0), 1.0);
  EXPECT_EQ(vmath::tanh(-1e300), -1.0);
}

// A vectorised loop and single calls give the same bits: what makes results independent of how a field is cut.
TEST(VectorMath, LoopAndSingleCallsAgreeToTheBit) {
  const auto x = points(-30.0, 30.0);
  EXPECT_EQ(test::bits(in_a_loop(x, kExp)), test::bits(one_by_one(x, kExp)));
  EXPECT_EQ(test::bits(in_a_loop(x, kTanh)), test::bits(one_by_one(x, kTanh)));
}

}  // namespace
}  // namespace scorefield
