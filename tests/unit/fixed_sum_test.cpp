#include "base/fixed_sum.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "ensemble/momenta.h"
#include "lattice_support.h"

namespace scorefield {
namespace {

const Comm& comm() { return test::world(); }

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();
constexpr double kUnit = 0x1p-32;  // terms are rounded to multiples of it

/// The terms in the lanes one after the other, the first in lane `skip`.
FixedSum sum_of(std::span<const double> terms, std::size_t skip = 0) {
  FixedSum sum;
  FixedLanes lanes;
  std::size_t at = 0, added = 0;
  while (at < terms.size()) {
    Vec vector{};
    for (std::size_t lane = skip; lane < kLanes && at < terms.size(); ++lane) vector[lane] = terms[at++];
    lanes.add(vector);
    if (++added % 2048 == 0) sum += lanes.take();
    skip = 0;
  }
  return sum += lanes.take();
}

double value_of(std::span<const double> terms) { return sum_of(terms).value(); }

/// Normals from 1e-4 to 1e5 in size.
std::vector<double> some_terms(std::size_t count) {
  std::vector<double> terms = test::some_normals(count, 9);
  for (std::size_t i = 0; i < count; ++i) terms[i] *= std::pow(10.0, static_cast<double>(i % 9) - 4.0);
  return terms;
}

// In any order, from any lane on: the same bits, and those of the terms rounded one by one.
TEST(FixedSum, OrderAndLanesMakeNoDifference) {
  std::vector<double> terms = some_terms(20000);
  long double rounded = 0.0L;  // of 64 bits: exact
  for (const double term : terms) rounded += std::nearbyint(std::ldexp(static_cast<long double>(term), 32));
  const auto expected = static_cast<double>(std::ldexp(rounded, -32));
  for (std::size_t skip = 0; skip < kLanes; ++skip) EXPECT_EQ(sum_of(terms, skip).value(), expected) << skip;
  std::mt19937 generator(5);
  for (int i = 0; i < 20; ++i) {
    std::shuffle(terms.begin(), terms.end(), generator);
    EXPECT_EQ(value_of(terms), expected);
  }
  EXPECT_NE(std::accumulate(terms.begin(), terms.end(), 0.0), expected);
}

// The error is that of terms rounded to 2^-32, by chance up or down: 20000 terms, 4 sigma. Negative and positive terms alike.
TEST(FixedSum, ErrorIsAsSmallAsItSays) {
  const std::vector<double> terms = some_terms(20000);
  long double exact = 0.0L;
  for (const double term : terms) exact += term;
  const double sigma = 0.5 * kUnit * std::sqrt(static_cast<double>(terms.size()) / 3.0);
  EXPECT_LT(std::abs(static_cast<double>(value_of(terms) - exact)), 4.0 * sigma);
  EXPECT_GT(std::abs(static_cast<double>(value_of(terms) - exact)), 1e-3 * sigma);
  EXPECT_EQ(value_of({}), 0.0);
  for (const double term : {kUnit, -kUnit, 0.25, -1e5, 0x1p19 - kUnit, -0x1p19 + kUnit}) EXPECT_EQ(value_of({&term, 1}), term);
  for (const double term : {0.49 * kUnit, -0.49 * kUnit}) EXPECT_EQ(value_of({&term, 1}), 0.0);
}

// A term that has no place among the multiples makes the sum infinite, in whatever lane it comes, and whatever comes after it.
TEST(FixedSum, TermsOutsideMakeItInfinite) {
  for (const double term : {0x1p19, -0x1p19 - 1.0, 1e300, -1e300, kInfinity, -kInfinity, kNotANumber, 0x1p20, 0x1p21, -0x1.8p20}) {
    for (std::size_t place = 0; place < kLanes + 1; ++place) {
      std::vector<double> terms(3 * kLanes, 1.0);
      terms[place] = term;
      EXPECT_EQ(value_of(terms), kInfinity) << term;
    }
  }
  FixedSum sum = sum_of({&kNotANumber, 1});
  const double one = 1.0;
  sum += sum_of({&one, 1});
  EXPECT_EQ(sum.value(), kInfinity);
  FixedSum other = sum_of({&one, 1});
  other += sum;
  EXPECT_EQ(other.value(), kInfinity);
  FixedSum told;
  told.set_infinite();
  EXPECT_EQ(told.value(), kInfinity);
}

// Lanes that are masked out add nothing, whatever is in them.
TEST(FixedLanes, Masks) {
  for (std::int64_t count = 0; count <= kLanes; ++count) {
    FixedLanes lanes;
    Vec terms = broadcast(kNotANumber);
    for (std::int64_t i = 0; i < count; ++i) terms[i] = 1.0 + static_cast<double>(i);
    lanes.add(terms, first_lanes(count));
    EXPECT_EQ(lanes.take().value(), 0.5 * static_cast<double>(count * (count + 1)));
  }
}

// What was taken is gone; infinity, too.
TEST(FixedLanes, AreEmptyAfterTaking) {
  FixedLanes lanes;
  lanes.add(broadcast(kInfinity));
  EXPECT_EQ(lanes.take().value(), kInfinity);
  EXPECT_EQ(lanes.take().value(), 0.0);
  lanes.add(broadcast(2.5));
  EXPECT_EQ(lanes.take().value(), 2.5 * kLanes);
}

// 2048 vectors of the largest terms fit.
TEST(FixedLanes, HoldAsManyVectorsAsTheySay) {
  for (const double sign : {1.0, -1.0}) {
    const double term = sign * (0x1p19 - 1.0);
    FixedLanes lanes;
    for (int i = 0; i < 2048; ++i) lanes.add(broadcast(term));
    EXPECT_EQ(lanes.take().value(), 2048.0 * kLanes * term);
  }
}

// Blocks of many more vectors, whose sums go beyond 64 bits: kinetic energy and action.
TEST(FixedSum, LargeBlocks) {
  constexpr Extents kLattice{200, 203};
  const auto sites = static_cast<double>(kLattice.sites());
  const Comm self = Comm::self();
  test::TestChains chains(self, kLattice, 1, Phi4(0.5, 0.0), {{1, 1, 1}});
  std::vector<double> numbers(static_cast<std::size_t>(kLattice.sites()), 1000.0);
  chains.set(chains.work.momenta(), numbers);
  EXPECT_EQ(kinetic_energy(chains.work.momenta().block(0, 0)).value(), 500000.0 * sites);
  std::fill(numbers.begin(), numbers.end(), 700.0);
  chains.set(chains.group.phi, numbers);
  chains.work.know_action(chains.group);
  EXPECT_EQ(chains.group.action[0], -490000.0 * sites);
}

// Over ranks: each element by itself, beyond 64 bits, of both signs; infinite where it is on one rank.
TEST(FixedSum, AllReduce) {
  const int size = comm().size();
  for (int bad = 0; bad < size; ++bad) {
    std::vector<FixedSum> sums(5);
    for (int i = 0; i < 100; ++i) sums[1].add(std::int64_t{1} << 62);
    for (int i = 0; i < 100; ++i) sums[2].add(-(std::int64_t{1} << 62));
    sums[3].add(comm().rank() - 1000);
    if (comm().rank() == bad) sums[4].set_infinite();
    FixedSum::all_reduce(comm(), sums);
    EXPECT_EQ(sums[0].value(), 0.0);
    EXPECT_EQ(sums[1].value(), 100.0 * size * 0x1p30);
    EXPECT_EQ(sums[2].value(), -100.0 * size * 0x1p30);
    EXPECT_EQ(sums[3].value(), (0.5 * size * (size - 1) - 1000.0 * size) * kUnit);
    EXPECT_EQ(sums[4].value(), kInfinity);
  }
}

// Terms shared among the ranks in any way have the sum of all.
TEST(FixedSum, RanksMakeNoDifference) {
  const std::vector<double> terms = some_terms(5000);
  const Range mine = share(5000, comm().size(), comm().rank());
  FixedSum sum = sum_of(std::span(terms).subspan(static_cast<std::size_t>(mine.begin), static_cast<std::size_t>(mine.size())));
  FixedSum::all_reduce(comm(), {&sum, 1});
  EXPECT_EQ(test::bits(sum.value()), test::bits(value_of(terms)));
}

}  // namespace
}  // namespace scorefield
