#include "base/hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/rng.h"

namespace scorefield {
namespace {

std::uint64_t hash_of(const std::string& bytes) { return hash_bytes(std::as_bytes(std::span(bytes))); }

/// Bytes without a pattern.
std::string some_bytes(std::size_t size) {
  std::vector<double> numbers(size);
  fill_uniforms({3, Stream::prior, 0}, 0, numbers);
  std::string bytes;
  for (const double value : numbers) bytes.push_back(static_cast<char>(static_cast<unsigned char>(256.0 * value)));
  return bytes;
}

// The published values of FNV-1a; seeds and fingerprints stand on them.
TEST(Hash, IsFnv1a) {
  EXPECT_EQ(hash_text(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(hash_text("a"), 0xaf63dc4c8601ec8cULL);
  EXPECT_EQ(hash_text("foobar"), 0x85944171f73967e8ULL);
}

// Values of an independent implementation (in Python); the seals of all files stand on them.
TEST(HashBytes, NeverChanges) {
  std::string hundred;
  for (int i = 0; i < 100; ++i) hundred.push_back(static_cast<char>(i));
  EXPECT_EQ(hash_of(""), 0xa8aac7547db9fcf4ULL);
  EXPECT_EQ(hash_of("a"), 0xc596c0bd3ace1040ULL);
  EXPECT_EQ(hash_of("foobar"), 0xf3bba49088d5720bULL);
  EXPECT_EQ(hash_of(hundred), 0xc6b71002dace4b0cULL);
}

// Buffers of any length, also those that fill no word or no round of four words: one flipped bit changes the hash.
TEST(HashBytes, SeesEveryFlippedBit) {
  for (std::size_t size = 0; size <= 100; ++size) {
    std::string bytes = some_bytes(size);
    const std::uint64_t before = hash_of(bytes);
    for (char& byte : bytes) {
      for (int bit = 0; bit < 8; ++bit) {
        byte = static_cast<char>(byte ^ (1 << bit));
        EXPECT_NE(hash_of(bytes), before) << size << " " << bit;
        byte = static_cast<char>(byte ^ (1 << bit));
      }
    }
    EXPECT_EQ(hash_of(bytes), before);
  }
}

// The padding of the last word is told from zeros that are there.
TEST(HashBytes, LengthMatters) {
  for (const std::size_t size : {0, 5, 13, 32, 35}) {
    std::set<std::uint64_t> seen;
    for (std::size_t zeros = 0; zeros < 70; ++zeros) seen.insert(hash_of(some_bytes(size) + std::string(zeros, '\0')));
    EXPECT_EQ(seen.size(), 70u) << size;
  }
}

// Words in the same chain or in two, bytes in the same word or in two: their order matters.
TEST(HashBytes, OrderMatters) {
  const std::string bytes = some_bytes(104);
  for (const std::size_t width : {1, 8}) {
    std::set<std::uint64_t> seen = {hash_of(bytes)};
    std::size_t swaps = 0;
    for (std::size_t a = 0; a < bytes.size(); a += width) {
      for (std::size_t b = a + width; b < bytes.size(); b += width) {
        std::string swapped = bytes;
        swapped.replace(a, width, bytes, b, width).replace(b, width, bytes, a, width);
        if (swapped == bytes) continue;
        ++swaps;
        seen.insert(hash_of(swapped));
      }
    }
    EXPECT_GE(swaps, 78u);
    EXPECT_EQ(seen.size(), swaps + 1) << width;
  }
}

// No bit of either argument is lost, and the arguments are not interchangeable along a chain.
TEST(HashCombine, IsABijectionOfEitherArgument) {
  for (const std::uint64_t other : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}, std::uint64_t{0x123456789abcdef}}) {
    std::set<std::uint64_t> of_word = {hash_combine(other, 77)}, of_hash = {hash_combine(77, other)};
    for (int bit = 0; bit < 64; ++bit) {
      of_word.insert(hash_combine(other, 77 ^ (std::uint64_t{1} << bit)));
      of_hash.insert(hash_combine(77 ^ (std::uint64_t{1} << bit), other));
    }
    EXPECT_EQ(of_word.size(), 65u);
    EXPECT_EQ(of_hash.size(), 65u);
    EXPECT_NE(hash_combine(hash_combine(1, other), 77), hash_combine(hash_combine(1, 77), other));
  }
}

// Doubles are hashed as bit patterns: 0 is not -0.
TEST(HashBytes, OfNumbers) {
  const std::vector<double> zero = {0.0}, minus = {-0.0};
  EXPECT_NE(hash_values(zero), hash_values(minus));
  EXPECT_EQ(hash_values(zero), hash_of(std::string(8, '\0')));
}

// Two words that change places change the sum; with hash_combine(position, word) one in thirteen does not.
TEST(HashAt, WordsThatChangePlacesDoNotCancel) {
  int cancelled = 0, cancelled_unmixed = 0;
  for (std::uint64_t n = 0; n < 1000; ++n) {
    const std::uint64_t a = hash_combine(1, n), b = hash_combine(2, n);
    cancelled += hash_at(0, a) + hash_at(1, b) == hash_at(0, b) + hash_at(1, a) ? 1 : 0;
    cancelled_unmixed += hash_combine(0, a) + hash_combine(1, b) == hash_combine(0, b) + hash_combine(1, a) ? 1 : 0;
  }
  EXPECT_EQ(cancelled, 0);
  EXPECT_GT(cancelled_unmixed, 10);
}

/// Fields as they are stored, with zeros, and numbers that occur more than once.
std::vector<double> some_numbers() {
  std::vector<double> numbers(64);
  fill_normals({3, Stream::prior, 0}, 0, numbers);
  numbers[0] = numbers[1] = 0.0;
  numbers[10] = numbers[11] = 1.5;
  return numbers;
}

// The value of an independent implementation (in Python); checkpoints stand on it.
TEST(HashNumbers, NeverChanges) {
  const std::vector<double> numbers = {0.0, -0.0, 1.0, -1.5, 3e300};
  EXPECT_EQ(hash_numbers(0, {}), 0u);
  EXPECT_EQ(hash_numbers(0, numbers), 0x4449d0bc684d923aULL);
  EXPECT_EQ(hash_numbers(std::uint64_t{7} << 56, numbers), 0x9ef3adea4c09d02cULL);
}

// Parts of any length add up to the whole, in any order, wherever it begins.
TEST(HashNumbers, PartsAddUp) {
  const auto numbers = some_numbers();
  for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{5}, std::uint64_t{3} << 56}) {
    const std::uint64_t whole = hash_numbers(first, numbers);
    for (std::size_t cut = 0; cut <= numbers.size(); ++cut) {
      const auto begin = std::span(numbers).first(cut), end = std::span(numbers).subspan(cut);
      EXPECT_EQ(hash_numbers(first + cut, end) + hash_numbers(first, begin), whole) << cut;
    }
    EXPECT_NE(hash_numbers(first + 1, numbers), whole);
  }
}

// Every flipped bit, every two numbers that change places or signs: all give other sums, and no two the same.
TEST(HashNumbers, SeesWhatChanges) {
  auto numbers = some_numbers();
  const auto flip = [&](std::size_t i, int bit) {
    numbers[i] = std::bit_cast<double>(std::bit_cast<std::uint64_t>(numbers[i]) ^ std::uint64_t{1} << bit);
  };
  std::set<std::uint64_t> seen = {hash_numbers(0, numbers)};
  std::size_t changes = 1;
  const auto look = [&] {
    seen.insert(hash_numbers(0, numbers));
    ++changes;
  };
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    for (int bit = 0; bit < 64; ++bit) {
      flip(i, bit);
      look();
      flip(i, bit);
    }
    for (std::size_t j = 0; j < i; ++j) {
      flip(i, 63);
      flip(j, 63);
      look();
      flip(i, 63);
      flip(j, 63);
      if (numbers[i] == numbers[j]) continue;
      std::swap(numbers[i], numbers[j]);
      look();
      std::swap(numbers[i], numbers[j]);
    }
  }
  EXPECT_EQ(changes, 1 + 64 * 64 + 2 * 64 * 63 / 2 - 2u);
  EXPECT_EQ(seen.size(), changes);
}

}  // namespace
}  // namespace scorefield
