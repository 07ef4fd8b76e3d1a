#include "base/simd.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "test_support.h"

namespace scorefield {
namespace {

using Numbers = std::array<double, kLanes>;

Vec load(const Numbers& numbers) { return std::bit_cast<Vec>(numbers); }
Numbers store(Vec vector) { return std::bit_cast<Numbers>(vector); }

Numbers count_from(double first) {
  Numbers numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = first + static_cast<double>(i);
  return numbers;
}

// Neighbours along a row, over the ends of vectors too.
TEST(Simd, Neighbours) {
  EXPECT_EQ(store(left_of(load(count_from(100.0)), load(count_from(100.0 + kLanes)))), count_from(99.0 + kLanes));
  EXPECT_EQ(store(right_of(load(count_from(100.0)), load(count_from(100.0 + kLanes)))), count_from(101.0));
}

// One rounding in every lane: where a product is rounded first, nothing is left.
TEST(Simd, FusedRoundsOnce) {
  const double a = 1.0 + 0x1p-30, rounded = a * a;
  EXPECT_EQ(store(fused(broadcast(a), broadcast(a), broadcast(-rounded))), store(broadcast(0x1p-60)));
  const Numbers x = count_from(0.1), y = count_from(1.7), z = count_from(-3.3);
  const Numbers result = store(fused(load(x), load(y), load(z)));
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(test::bits(result[i]), test::bits(std::fma(x[i], y[i], z[i])));
}

// The first lanes and no others, chosen by their bits: what is not a number stays out.
TEST(Simd, SelectsLanes) {
  const Vec none = broadcast(std::numeric_limits<double>::quiet_NaN());
  for (std::int64_t count = 0; count <= kLanes; ++count) {
    const Numbers chosen = store(select(first_lanes(count), load(count_from(1.0)), broadcast(-0.0)));
    const Numbers of_none = store(select(first_lanes(count), none, load(count_from(1.0))));
    for (std::int64_t i = 0; i < kLanes; ++i) {
      const auto at = static_cast<std::size_t>(i);
      EXPECT_EQ(test::bits(chosen[at]), test::bits(i < count ? 1.0 + static_cast<double>(i) : -0.0));
      EXPECT_EQ(std::isnan(of_none[at]), i < count);
    }
  }
}

}  // namespace
}  // namespace scorefield
