#include "base/vector_math.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
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
const auto kLog = [](double x) { return vmath::log(x); };
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

// ln x to 4e-16 relative, near 1 and over all normal numbers; exact at 1.
TEST(VectorMath, Log) {
  const auto near_one = points(0.5, 2.0);
  const auto all = in_a_loop(points(-708.0, 709.0), [](double x) { return std::exp(x); });
  EXPECT_LT(largest_relative_error(near_one, in_a_loop(near_one, kLog), std::log), 4e-16);
  EXPECT_LT(largest_relative_error(all, in_a_loop(all, kLog), std::log), 4e-16);
  EXPECT_EQ(vmath::log(1.0), 0.0);
  EXPECT_NEAR(vmath::log(0x1p-32), -32.0 * std::numbers::ln2, 1e-14);
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

// cos and sin of a turn to 3e-16 absolute, exact on the axes.
TEST(VectorMath, CosSinTurn) {
  for (std::uint32_t i = 0; i < 1000003; ++i) {
    const std::uint32_t turn = i * 2654435769u;
    const long double angle = 2.0L * std::numbers::pi_v<long double> * turn / 4294967296.0L;
    double cosine = 0.0, sine = 0.0;
    vmath::cos_sin_turn(turn, cosine, sine);
    ASSERT_NEAR(cosine, static_cast<double>(std::cos(angle)), 3e-16) << turn;
    ASSERT_NEAR(sine, static_cast<double>(std::sin(angle)), 3e-16) << turn;
  }
  const int axes[4][2] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
  for (std::uint32_t quarter = 0; quarter < 4; ++quarter) {
    double cosine = 0.0, sine = 0.0;
    vmath::cos_sin_turn(quarter << 30, cosine, sine);
    EXPECT_EQ(cosine, axes[quarter][0]);
    EXPECT_EQ(sine, axes[quarter][1]);
  }
}

// A vectorised loop and single calls give the same bits: what makes results independent of how a field is cut.
TEST(VectorMath, LoopAndSingleCallsAgreeToTheBit) {
  const auto x = points(-30.0, 30.0);
  const auto positive = points(1e-9, 5.0);
  EXPECT_EQ(test::bits(in_a_loop(x, kExp)), test::bits(one_by_one(x, kExp)));
  EXPECT_EQ(test::bits(in_a_loop(x, kTanh)), test::bits(one_by_one(x, kTanh)));
  EXPECT_EQ(test::bits(in_a_loop(positive, kLog)), test::bits(one_by_one(positive, kLog)));
  const auto cosine_plus_sine = [](double v) {
    double c = 0.0, s = 0.0;
    vmath::cos_sin_turn(static_cast<std::uint32_t>(static_cast<std::int64_t>(v * 1e8)), c, s);
    return c + 3.0 * s;
  };
  EXPECT_EQ(test::bits(in_a_loop(x, cosine_plus_sine)), test::bits(one_by_one(x, cosine_plus_sine)));
}

}  // namespace
}  // namespace scorefield
