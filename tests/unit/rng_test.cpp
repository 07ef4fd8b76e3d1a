#include "base/rng.h"

#include <gtest/gtest.h>

#include <Random123/philox.h>

#include <array>
#include <cmath>
#include <numbers>
#include <tuple>
#include <utility>

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

/// Box-Muller from a word for the radius and a word for the angle: the upper two bits are the signs, the others the place in the quarter
/// turn.
std::array<double, 2> reference_pair(std::uint32_t radius_word, std::uint32_t angle_word) {
  const long double radius = std::sqrt(-2.0L * std::log((radius_word + 0.5L) / 4294967296.0L));
  const long double angle = 0.5L * std::numbers::pi_v<long double> * ((angle_word & 0x3fffffffu) + 0.5L) / 1073741824.0L;
  const long double sine = (angle_word >> 31 & 1u) != 0 ? -std::sin(angle) : std::sin(angle);
  const long double cosine = (angle_word >> 30 & 1u) != 0 ? -std::cos(angle) : std::cos(angle);
  return {static_cast<double>(radius * sine), static_cast<double>(radius * cosine)};
}

/// Number 32 g + 8 j + i is the j-th of block 8 g + i.
double reference_normal(const RandomKey& key, std::uint64_t index) {
  const auto w = reference_words(key, index / 32 * 8 + index % 8);
  const std::size_t j = index % 32 / 8;
  return reference_pair(w[j / 2 * 2], w[j / 2 * 2 + 1])[j % 2];
}

/// Number 16 g + 8 j + i is the j-th of block 8 g + i.
double reference_uniform(const RandomKey& key, std::uint64_t index) {
  const auto w = reference_words(key, index / 16 * 8 + index % 8);
  const std::size_t j = index % 16 / 8;
  const std::uint64_t number = (std::uint64_t{w[2 * j]} << 32 | w[2 * j + 1]) >> 12;
  return (static_cast<double>(number) + 0.5) / 4503599627370496.0;
}

/// A key and a block whose words are `w`: Philox backwards, which is possible because a round can be undone.
std::pair<RandomKey, std::uint64_t> key_with_words(std::array<std::uint32_t, 4> w, std::uint64_t seed) {
  const auto inverse = [](std::uint32_t odd) {
    std::uint32_t x = odd;
    for (int i = 0; i < 5; ++i) x *= 2u - odd * x;
    return x;
  };
  const std::uint64_t m0 = 0xD2511F53u, m1 = 0xCD9E8D57u;
  for (std::uint32_t round = 10; round-- > 0;) {
    const std::uint32_t k0 = static_cast<std::uint32_t>(seed) + round * 0x9E3779B9u;
    const std::uint32_t k1 = static_cast<std::uint32_t>(seed >> 32) + round * 0xBB67AE85u;
    const std::uint32_t x0 = w[3] * inverse(0xD2511F53u), x2 = w[1] * inverse(0xCD9E8D57u);
    w = {x0, w[0] ^ static_cast<std::uint32_t>(m1 * x2 >> 32) ^ k0, x2, w[2] ^ static_cast<std::uint32_t>(m0 * x0 >> 32) ^ k1};
  }
  const std::uint64_t step = std::uint64_t{w[3] & 0xffffffu} << 32 | w[2];
  return {{seed, static_cast<Stream>(w[3] >> 24), step}, std::uint64_t{w[1]} << 32 | w[0]};
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
        ASSERT_NEAR(n[i], reference_normal(key, first + i), 1e-13);
        ASSERT_EQ(u[i], reference_uniform(key, first + i));
      }
    }
  }
}

// The ends of both words and of the pieces that the functions are made of, by keys that lead there; the largest number is 6.76.
TEST(Rng, ExtremeWords) {
  constexpr std::uint32_t kLast = 0xffffffffu;
  double largest = 0.0;
  for (const std::uint32_t radius : {0u, 1u, 2u, 0x5a827998u, 0x5a827999u, 0x80000000u, 0xb504f333u, 0xb504f334u, kLast - 1, kLast}) {
    for (const std::uint32_t quadrant : {0u, 1u, 2u, 3u}) {
      for (const std::uint32_t place : {0u, 1u, 0x1fffffffu, 0x20000000u, 0x3fffffffu}) {
        const std::uint32_t angle = quadrant << 30 | place;
        const auto expected = reference_pair(radius, angle);
        RandomKey key;
        std::uint64_t block = ~std::uint64_t{0};
        for (std::uint64_t seed = 0; block >= std::uint64_t{1} << 62; ++seed) {  // 4 block must be an index
          std::tie(key, block) = key_with_words({radius, angle, 0, 0}, seed);
        }
        const std::uint64_t first = block / 8 * 32 + block % 8;
        for (const std::size_t j : {0, 1}) {
          const double n = normals(key, first + 8 * j, 1)[0];
          ASSERT_NEAR(n, expected[j], 1e-13) << radius << " " << angle;
          largest = std::max(largest, std::abs(n));
        }
      }
    }
  }
  EXPECT_NEAR(largest, std::sqrt(66.0 * std::numbers::ln2), 1e-9);
  EXPECT_LT(largest, 6.7638);
}

// Any part of a sequence is the same slice of the whole, to the bit.
TEST(Rng, AnyPartIsASlice) {
  for (const RandomKey& key : kKeys) {
    const auto n = normals(key, 0, 3000);
    const auto u = uniforms(key, 0, 3000);
    for (const std::size_t first : {0, 1, 2, 3, 5, 8, 31, 32, 127, 511, 512, 513, 1023}) {
      for (const std::size_t count : {0, 1, 3, 4, 7, 8, 17, 32, 33, 511, 513, 1025, 1900}) {
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
  for (const std::size_t lag : {1, 2, 4, 8, 16, 24, 32, 512}) {
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
