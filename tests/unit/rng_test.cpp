#include "base/rng.h"

#include <gtest/gtest.h>

#include <Random123/philox.h>

#include <array>
#include <cmath>
#include <numbers>

#include "test_support.h"

namespace scorefield {
namespace {

using test::sigmas;

/// Block `block` of a key's sequence by Random123 itself: counter (block, step, stream), key seed.
std::array<std::uint32_t, 4> reference_words(const RandomKey& key, std::uint64_t block) {
  const r123::Philox4x32_R<10> generator;
  const r123::Philox4x32_R<10>::ctr_type counter = {
      {static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32), static_cast<std::uint32_t>(key.step),
       static_cast<std::uint32_t>(key.step >> 32) | static_cast<std::uint32_t>(key.stream) << 24}};
  const r123::Philox4x32_R<10>::key_type k = {{static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32)}};
  const auto words = generator(counter, k);
  return {words[0], words[1], words[2], words[3]};
}

double reference_normal(const RandomKey& key, std::uint64_t index) {
  const auto w = reference_words(key, index / 4);
  const std::size_t pair = index % 4 / 2;
  const double radius = std::sqrt(-2.0 * std::log((w[2 * pair] + 0.5) / 4294967296.0));
  const double angle = 2.0 * std::numbers::pi * (w[2 * pair + 1] / 4294967296.0);
  return radius * (index % 2 == 0 ? std::cos(angle) : std::sin(angle));
}

double reference_uniform(const RandomKey& key, std::uint64_t index) {
  const auto w = reference_words(key, index / 2);
  const std::size_t half = index % 2;
  const std::uint64_t number = (std::uint64_t{w[2 * half]} << 32 | w[2 * half + 1]) >> 12;
  return (static_cast<double>(number) + 0.5) / 4503599627370496.0;
}

const std::array<RandomKey, 3> kKeys = {RandomKey{1, Stream::model_noise, 0}, RandomKey{0xfedcba9876543210ULL, Stream::corrector_noise, 77},
                                        RandomKey{20241201, Stream::prior, 0x00ab'cdef'0123'4567ULL}};

std::vector<double> normals(const RandomKey& key, std::uint64_t first, std::size_t count) {
  std::vector<double> out(count);
  fill_normals(key, first, out);
  return out;
}

std::vector<double> uniforms(const RandomKey& key, std::uint64_t first, std::size_t count) {
  std::vector<double> out(count);
  fill_uniforms(key, first, out);
  return out;
}

// Every word is Random123's Philox4x32-10, also where index, step and seed need more than 32 bits.
TEST(Rng, IsRandom123) {
  for (const RandomKey& key : kKeys) {
    for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{1234567}, std::uint64_t{0x3'ffff'ff80ULL}}) {
      const auto n = normals(key, first, 1000);
      const auto u = uniforms(key, first, 1000);
      for (std::size_t i = 0; i < n.size(); ++i) {
        ASSERT_NEAR(n[i], reference_normal(key, first + i), 1e-14);
        ASSERT_EQ(u[i], reference_uniform(key, first + i));
      }
    }
  }
}

// Any part of a sequence is the same slice of the whole, to the bit.
TEST(Rng, AnyPartIsASlice) {
  for (const RandomKey& key : kKeys) {
    const auto n = normals(key, 0, 3000);
    const auto u = uniforms(key, 0, 3000);
    for (const std::size_t first : {0, 1, 2, 3, 5, 127, 511, 512, 513, 1023}) {
      for (const std::size_t count : {0, 1, 3, 4, 7, 511, 513, 1025, 1900}) {
        const auto slice = [&](const std::vector<double>& all) { return test::bits(std::span(all).subspan(first, count)); };
        ASSERT_EQ(test::bits(normals(key, first, count)), slice(n)) << first << " " << count;
        ASSERT_EQ(test::bits(uniforms(key, first, count)), slice(u)) << first << " " << count;
      }
    }
  }
}

/// Correlation of two series of unit variance, in standard deviations.
double correlation_sigmas(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum / std::sqrt(static_cast<double>(a.size()));
}

// Another seed, stream or step (low or high bits) gives other numbers, uncorrelated (100000 numbers, 4.5 sigma each).
TEST(Rng, KeysAreIndependent) {
  const RandomKey key{5, Stream::prior, 3};
  const auto base = normals(key, 0, 100000);
  for (const RandomKey& other :
       {RandomKey{6, Stream::prior, 3}, RandomKey{5 + (1ULL << 32), Stream::prior, 3}, RandomKey{5, Stream::sampler_noise, 3},
        RandomKey{5, Stream::prior, 4}, RandomKey{5, Stream::prior, 3 + (1ULL << 40)}}) {
    const auto n = normals(other, 0, base.size());
    EXPECT_NE(n, base);
    EXPECT_LT(std::abs(correlation_sigmas(base, n)), 4.5);
  }
}

// Moments 1..8 of 4e6 normals and the correlation of neighbours, each within 4 sigma; numbers 0.3 % too wide fail.
TEST(Rng, NormalsAreNormal) {
  constexpr std::int64_t kCount = 4000000;
  const RandomKey key{11, Stream::model_noise, 0};
  const Orders expected = {0, 1, 0, 3, 0, 15, 0, 105};
  const auto m = test::measure_moments(kCount, [&](std::uint64_t first, std::span<double> x) { fill_normals(key, first, x); });
  for (std::size_t n = 0; n < kMaxOrder; ++n) EXPECT_LT(std::abs(sigmas(m.value[n], expected[n], m.error[n])), 4.0) << n + 1;
  EXPECT_GT(std::abs(sigmas(m.value[1] * 1.003 * 1.003, 1.0, m.error[1])), 4.0);

  const auto n = normals(key, 0, 1000000);
  for (const std::size_t lag : {1, 2, 3, 4, 5, 512}) {
    const auto a = std::span(n).first(n.size() - lag), b = std::span(n).subspan(lag);
    EXPECT_LT(std::abs(correlation_sigmas(a, b)), 4.0) << lag;
    double squares = 0.0;  // of <x^2 y^2> - 1, whose variance is 8
    for (std::size_t i = 0; i < a.size(); ++i) squares += a[i] * a[i] * b[i] * b[i] - 1.0;
    EXPECT_LT(std::abs(squares) / std::sqrt(8.0 * static_cast<double>(a.size())), 4.0) << lag;
  }
}

// Uniforms lie inside (0, 1), with the moments 1/(n+1) within 4 sigma of 1e6 numbers.
TEST(Rng, UniformsAreUniform) {
  const RandomKey key{12, Stream::train_level, 9};
  const auto m = test::measure_moments(1000000, [&](std::uint64_t first, std::span<double> x) {
    fill_uniforms(key, first, x);
    for (const double u : x) ASSERT_TRUE(u > 0.0 && u < 1.0);
  });
  for (std::size_t n = 0; n < kMaxOrder; ++n) {
    EXPECT_LT(std::abs(sigmas(m.value[n], 1.0 / static_cast<double>(n + 2), m.error[n])), 4.0) << n + 1;
  }
}

}  // namespace
}  // namespace scorefield
