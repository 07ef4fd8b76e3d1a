#include "base/rng.h"

#include <algorithm>
#include <array>

#include "base/vector_math.h"

namespace scorefield {
namespace {

constexpr int kBlocks = 128;  // Philox blocks worked on together; the buffers stay in the first-level cache

/// The four 32-bit words of kBlocks consecutive blocks, word by word.
using Words = std::array<std::array<std::uint32_t, kBlocks>, 4>;

/// Philox4x32-10 of counters (block, step, stream), ten rounds with all blocks side by side in SIMD lanes.
void philox(const RandomKey& key, std::uint64_t first_block, Words& w) {
  const auto step_low = static_cast<std::uint32_t>(key.step);
  const auto step_high = static_cast<std::uint32_t>(key.step >> 32) | (static_cast<std::uint32_t>(key.stream) << 24);
  for (int i = 0; i < kBlocks; ++i) {
    const std::uint64_t block = first_block + static_cast<std::uint64_t>(i);
    w[0][i] = static_cast<std::uint32_t>(block);
    w[1][i] = static_cast<std::uint32_t>(block >> 32);
    w[2][i] = step_low;
    w[3][i] = step_high;
  }
  auto k0 = static_cast<std::uint32_t>(key.seed);
  auto k1 = static_cast<std::uint32_t>(key.seed >> 32);
  for (int round = 0; round < 10; ++round) {
#pragma omp simd
    for (int i = 0; i < kBlocks; ++i) {
      const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * w[0][i];
      const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * w[2][i];
      const std::uint32_t x1 = w[1][i];
      const std::uint32_t x3 = w[3][i];
      w[0][i] = static_cast<std::uint32_t>(p1 >> 32) ^ x1 ^ k0;
      w[1][i] = static_cast<std::uint32_t>(p1);
      w[2][i] = static_cast<std::uint32_t>(p0 >> 32) ^ x3 ^ k1;
      w[3][i] = static_cast<std::uint32_t>(p0);
    }
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
}

/// One Box-Muller pair a block, from the 32-bit words `radius_word` and `angle_word`.
void box_muller(const std::uint32_t* radius_word, const std::uint32_t* angle_word, double* first, double* second) {
#pragma omp simd
  for (int i = 0; i < kBlocks; ++i) {
    const double u = (static_cast<double>(radius_word[i]) + 0.5) * 0x1p-32;
    const double radius = std::sqrt(-2.0 * vmath::log(u));
    double cosine = 0.0;
    double sine = 0.0;
    vmath::cos_sin_turn(angle_word[i], cosine, sine);
    first[i] = radius * cosine;
    second[i] = radius * sine;
  }
}

/// Four normals a block.
void normals_of(const Words& w, double* out) {
  std::array<std::array<double, kBlocks>, 4> n;
  box_muller(w[0].data(), w[1].data(), n[0].data(), n[1].data());
  box_muller(w[2].data(), w[3].data(), n[2].data(), n[3].data());
  for (int i = 0; i < kBlocks; ++i) {
    for (int lane = 0; lane < 4; ++lane) out[4 * i + lane] = n[lane][i];
  }
}

/// Two uniforms a block, of 53 bits, at the centres of their cells.
void uniforms_of(const Words& w, double* out) {
  for (int i = 0; i < kBlocks; ++i) {
    for (int half = 0; half < 2; ++half) {
      const std::uint64_t bits = (std::uint64_t{w[2 * half][i]} << 32) | w[2 * half + 1][i];
      out[2 * i + half] = (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52;
    }
  }
}

/// Numbers first .. first+size of a sequence that `transform` makes `per_block` of from each block.
template <int per_block, class Transform>
void fill(const RandomKey& key, std::uint64_t first, std::span<double> out, Transform transform) {
  Words words;
  std::array<double, per_block * kBlocks> numbers;
  std::size_t done = 0;
  while (done < out.size()) {
    const std::uint64_t position = first + done;
    const std::uint64_t block = position / per_block;
    const std::size_t skip = position % per_block;
    philox(key, block, words);
    const std::size_t count = std::min(out.size() - done, numbers.size() - skip);
    if (skip == 0 && count == numbers.size()) {
      transform(words, out.data() + done);
    } else {
      transform(words, numbers.data());
      std::copy_n(numbers.data() + skip, count, out.data() + done);
    }
    done += count;
  }
}

}  // namespace

void fill_normals(const RandomKey& key, std::uint64_t first, std::span<double> out) { fill<4>(key, first, out, normals_of); }

void fill_uniforms(const RandomKey& key, std::uint64_t first, std::span<double> out) { fill<2>(key, first, out, uniforms_of); }

}  // namespace scorefield
