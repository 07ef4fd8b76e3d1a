// Vectors of doubles as wide as the machine's registers, for the few loops that the compiler does not vectorise well by itself: stencils
// along a row of sites. All lanes of all vectors go through the same instructions, so that results do not depend on where a number lies.
// Local; no errors.
#pragma once

#if defined(__FMA__) || defined(__AVX512F__)
#include <immintrin.h>
#endif

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace scorefield {

#if defined(__AVX512F__)
inline constexpr int kLanes = 8;
#elif defined(__AVX__)
inline constexpr int kLanes = 4;
#else
inline constexpr int kLanes = 2;
#endif
using Vec = double __attribute__((vector_size(8 * kLanes)));
using Bits = std::uint64_t __attribute__((vector_size(8 * kLanes)));

/// The lanes of vectors that lie one behind the other. (GCC and Clang let vectors alias what they are made of.)
inline double* lanes_of(Vec* vectors) { return reinterpret_cast<double*>(vectors); }  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)

/// The value in all lanes; the difference keeps the sign of -0.
inline Vec broadcast(double value) { return value - Vec{}; }

/// a b + c, rounded once. (The compiler contracts nothing by itself: cmake/CompileFlags.cmake.)
inline Vec fused(Vec a, Vec b, Vec c) {
#if defined(__AVX512F__)
  return (Vec)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif defined(__FMA__)
  return (Vec)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
#else
  for (int i = 0; i < kLanes; ++i) c[i] = std::fma(a[i], b[i], c[i]);
  return c;
#endif
}

/// The same of single numbers, for formulas that are written once for both.
inline double fused(double a, double b, double c) { return std::fma(a, b, c); }

/// The lanes of `middle` moved one up, the last of `before` in front: what stands to the left of each lane along a row.
inline Vec left_of(Vec before, Vec middle) {
#if defined(__AVX512F__)
  return (Vec)_mm512_maskz_alignr_epi64(0xff, (__m512i)middle, (__m512i)before, 7);  // one instruction; the compiler takes two
#elif defined(__AVX__)
  return __builtin_shufflevector(before, middle, 3, 4, 5, 6);
#else
  return __builtin_shufflevector(before, middle, 1, 2);
#endif
}

/// The lanes of `middle` moved one down, the first of `after` behind: what stands to the right.
inline Vec right_of(Vec middle, Vec after) {
#if defined(__AVX512F__)
  return (Vec)_mm512_maskz_alignr_epi64(0xff, (__m512i)after, (__m512i)middle, 1);
#elif defined(__AVX__)
  return __builtin_shufflevector(middle, after, 1, 2, 3, 4);
#else
  return __builtin_shufflevector(middle, after, 1, 2);
#endif
}

/// All bits set in the first `count` lanes.
inline Bits first_lanes(std::int64_t count) {
  Bits mask{};
  for (int i = 0; i < kLanes; ++i) mask[i] = i < count ? ~std::uint64_t{0} : 0;
  return mask;
}

/// True if any bit is set.
inline bool any(Bits mask) {
#if defined(__AVX512F__)
  return _mm512_test_epi64_mask((__m512i)mask, (__m512i)mask) != 0;
#elif defined(__AVX__)
  return _mm256_testz_si256((__m256i)mask, (__m256i)mask) == 0;
#else
  return (mask[0] | mask[1]) != 0;
#endif
}

/// The square root of each lane.
inline Vec root_of(Vec value) {
  for (int i = 0; i < kLanes; ++i) value[i] = std::sqrt(value[i]);
  return value;
}

/// a where the mask is set, else b.
inline Vec select(Bits mask, Vec a, Vec b) { return (Vec)(((Bits)a & mask) | ((Bits)b & ~mask)); }

}  // namespace scorefield
