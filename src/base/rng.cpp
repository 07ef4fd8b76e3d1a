#include "base/rng.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace scorefield {
namespace {

constexpr int kGroup = 8;    // blocks whose numbers lie side by side in a sequence: it is loaded and stored in whole vectors
constexpr int kGroups = 16;  // groups worked on together; the buffers stay in the first-level cache
constexpr std::uint64_t kRounds = 10;
constexpr std::uint64_t kLow = 0xffffffffu;
constexpr std::uint64_t kSign = 0x8000000000000000u;

/// A 32-bit word a lane of 64 bits, because the 64-bit products of Philox then need no shuffles. Upper halves are arbitrary.
/// The compiler does not find the instruction that multiplies lower halves by itself.
#if defined(__AVX512F__)
using Lanes = std::uint64_t __attribute__((vector_size(64)));
inline Lanes low_product(Lanes a, Lanes b) { return (Lanes)_mm512_mul_epu32((__m512i)a, (__m512i)b); }
#elif defined(__AVX2__)
using Lanes = std::uint64_t __attribute__((vector_size(32)));
inline Lanes low_product(Lanes a, Lanes b) { return (Lanes)_mm256_mul_epu32((__m256i)a, (__m256i)b); }
#elif defined(__SSE2__)
using Lanes = std::uint64_t __attribute__((vector_size(16)));
inline Lanes low_product(Lanes a, Lanes b) { return (Lanes)_mm_mul_epu32((__m128i)a, (__m128i)b); }
#else
using Lanes = std::uint64_t __attribute__((vector_size(16)));
inline Lanes low_product(Lanes a, Lanes b) { return (a & kLow) * (b & kLow); }
#endif
constexpr int kLanes = sizeof(Lanes) / sizeof(std::uint64_t);
static_assert(kGroup % kLanes == 0);

/// The four words of up to kGroup * kGroups consecutive blocks, word by word, in the lower halves.
using Words = std::array<std::array<std::uint64_t, kGroup * kGroups>, 4>;

/// Philox4x32-10 of counters (block, step, stream).
void philox(RandomKey key, std::uint64_t first_block, int blocks, Words& words) {
  const std::uint64_t step_low = key.step;
  const std::uint64_t step_high = key.step >> 32 | static_cast<std::uint64_t>(key.stream) << 24;
  std::array<std::array<Lanes, 2>, kRounds> keys;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    keys[round] = {Lanes{} + (key.seed + round * 0x9E3779B9u), Lanes{} + ((key.seed >> 32) + round * 0xBB67AE85u)};
  }
  Lanes block{};
  for (int lane = 0; lane < kLanes; ++lane) block[lane] = first_block + static_cast<std::uint64_t>(lane);
  for (int i = 0; i < blocks; i += kLanes, block += kLanes) {
    std::array<Lanes, 4> x = {block, block >> 32, Lanes{} + step_low, Lanes{} + step_high};
    for (const auto& [k0, k1] : keys) {
      const Lanes p0 = low_product(x[0], Lanes{} + 0xD2511F53u);
      const Lanes p1 = low_product(x[2], Lanes{} + 0xCD9E8D57u);
      x = {(p1 >> 32) ^ x[1] ^ k0, p1, (p0 >> 32) ^ x[3] ^ k1, p0};
    }
    for (int w = 0; w < 4; ++w) std::memcpy(&words[w][i], &x[w], sizeof(Lanes));
  }
}

/// 2^52 + n for n < 2^52, without a conversion, which AVX2 lacks for 64-bit integers.
inline double plus_2_to_52(std::uint64_t n) { return std::bit_cast<double>(n | 0x4330000000000000u); }

/// sqrt(-ln u), u = (w + 1/2) / 2^32. With 2 w + 1 = 2^e m, sqrt(1/2) <= m < sqrt 2, it is the root of
/// (33 - e) ln 2 + 2 artanh((1-m)/(1+m)); relative error 2e-14.
inline double radius(std::uint64_t word) {
  const double odd = std::bit_cast<double>((word & kLow) | 0x4340000000000000u) - (0x1p53 - 1.0);
  const auto bits = std::bit_cast<std::uint64_t>(odd);
  const std::uint64_t offset = bits - 0x3fe6a09e667f3bcdu;  // bits of sqrt(1/2)
  const double e = plus_2_to_52(offset >> 52) - (0x1p52 + 33.0);
  const double m = std::bit_cast<double>(bits - (offset & 0xfff0000000000000u));
  const double s = (1.0 - m) / (1.0 + m);
  const double z = s * s;
  double p = 0.19608245305704074;
  p = std::fma(p, z, 0.22174240003765905);
  p = std::fma(p, z, 0.28572166372494657);
  p = std::fma(p, z, 0.39999994889749984);
  p = std::fma(p, z, 0.6666666667958581);
  p = std::fma(p, z, 1.9999999999999472);
  return std::sqrt(std::fma(e, -0.6931471805599453, s * p));
}

/// sqrt 2 times sine and cosine of the angle (n + 1/2)/2^30 quarter turns, n the 30 low bits of the word:
/// cos b + sin b and cos b - sin b, where b is the distance to an eighth of a turn. Absolute error 1e-14.
inline void quarter_turn(std::uint64_t word, double& sine, double& cosine) {
  constexpr double kStep = 1.4629180792671596e-09;  // quarter turns / 2^30
  const double b = std::fma(plus_2_to_52(word & 0x3fffffffu) - (0x1p52 + 0x1p29), kStep, 0.5 * kStep);
  const double z = b * b;
  double s = -2.475655877198039e-8;
  s = std::fma(s, z, 2.7555271893389817e-6);
  s = std::fma(s, z, -0.00019841263298390508);
  s = std::fma(s, z, 0.0083333333238781497);
  s = std::fma(s, z, -0.16666666666616685);
  s = std::fma(s, z, 0.99999999999999572);
  double c = 2.0630454379662293e-9;
  c = std::fma(c, z, -2.7555233884847419e-7);
  c = std::fma(c, z, 2.4801578538562986e-5);
  c = std::fma(c, z, -0.0013888888869978659);
  c = std::fma(c, z, 0.041666666666472306);
  c = std::fma(c, z, -0.49999999999999251);
  c = std::fma(c, z, 0.99999999999999995);
  sine = std::fma(b, s, c);
  cosine = std::fma(-b, s, c);
}

inline double flip(double x, std::uint64_t sign) { return std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) ^ (sign & kSign)); }

/// Four normals a block: the Box-Muller pairs of words 0, 1 and of words 2, 3, the words' two upper bits of the angle being the signs.
void normals_of(const Words& words, int blocks, double* out) {
  for (int group = 0; group < blocks; group += kGroup) {
    for (int pair = 0; pair < 2; ++pair) {
      const std::uint64_t* radius_word = &words[2 * pair][group];
      const std::uint64_t* angle_word = &words[2 * pair + 1][group];
#pragma omp simd
      for (int i = 0; i < kGroup; ++i) {
        const double r = radius(radius_word[i]);
        double sine = 0.0, cosine = 0.0;
        quarter_turn(angle_word[i], sine, cosine);
        out[i] = flip(r * sine, angle_word[i] << 32);
        out[kGroup + i] = flip(r * cosine, angle_word[i] << 33);
      }
      out += 2 * kGroup;
    }
  }
}

/// Two uniforms a block, of 52 bits, at the centres of their cells: 1 + k/2^52 - (1 - 1/2^53).
void uniforms_of(const Words& words, int blocks, double* out) {
  for (int group = 0; group < blocks; group += kGroup) {
    for (int half = 0; half < 2; ++half) {
      const std::uint64_t* high = &words[2 * half][group];
      const std::uint64_t* low = &words[2 * half + 1][group];
#pragma omp simd
      for (int i = 0; i < kGroup; ++i) {
        const std::uint64_t k = (high[i] & kLow) << 20 | (low[i] & kLow) >> 12;
        out[i] = std::bit_cast<double>(k | 0x3ff0000000000000u) - (1.0 - 0x1p-53);
      }
      out += kGroup;
    }
  }
}

/// Numbers first .. first+size of a sequence that `transform` makes `per_block` of from each block, in whole groups.
template <int per_block, class Transform>
void fill(const RandomKey& key, std::uint64_t first, std::span<double> out, Transform transform) {
  constexpr std::size_t kPerGroup = per_block * kGroup;
  Words words;
  std::array<double, kPerGroup * kGroups> numbers;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
  std::size_t done = 0;
  while (done < out.size()) {
    const std::uint64_t group = (first + done) / kPerGroup;
    const std::size_t skip = (first + done) % kPerGroup;
    const std::size_t groups = std::min((skip + out.size() - done + kPerGroup - 1) / kPerGroup, std::size_t{kGroups});
    const std::size_t count = std::min(out.size() - done, groups * kPerGroup - skip);
    const int blocks = kGroup * static_cast<int>(groups);
    philox(key, kGroup * group, blocks, words);
    if (count == groups * kPerGroup) {
      transform(words, blocks, out.data() + done);
    } else {
      transform(words, blocks, numbers.data());
      std::copy_n(numbers.data() + skip, count, out.data() + done);
    }
    done += count;
  }
}

}  // namespace

void fill_normals(const RandomKey& key, std::uint64_t first, std::span<double> out) { fill<4>(key, first, out, normals_of); }

void fill_uniforms(const RandomKey& key, std::uint64_t first, std::span<double> out) { fill<2>(key, first, out, uniforms_of); }

}  // namespace scorefield
