#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "diffusion/trainer.h"
#include "test_support.h"

namespace scorefield {
namespace {

// Mean and variance are those of all numbers, with the same bits for any distribution over ranks.
TEST(MeasureReference, SameForAnySplit) {
  constexpr std::size_t kCount = 10007;
  std::vector<double> x(kCount);
  fill_normals({8, Stream::prior, 0}, 0, x);
  for (double& value : x) value = 3.0 + 0.1 * value;
  long double sum = 0.0L, squares = 0.0L;
  for (const double value : x) sum += value;
  for (const double value : x) squares += (value - sum / kCount) * (value - sum / kCount);

  const Comm& comm = test::world();
  const Comm self = Comm::self();
  const Reference alone = measure_reference(self, x);
  EXPECT_NEAR(alone.mean, static_cast<double>(sum / kCount), 1e-15);
  EXPECT_NEAR(alone.variance, static_cast<double>(squares / kCount), 1e-16);

  const Range even = share(kCount, comm.size(), comm.size() - 1 - comm.rank());
  const Range all_on_the_last = comm.rank() == comm.size() - 1 ? Range{0, kCount} : Range{0, 0};
  for (const Range& part : {even, all_on_the_last}) {
    const Reference r =
        measure_reference(comm, std::span(x).subspan(static_cast<std::size_t>(part.begin), static_cast<std::size_t>(part.size())));
    EXPECT_EQ(test::bits(r.mean), test::bits(alone.mean));
    EXPECT_EQ(test::bits(r.variance), test::bits(alone.variance));
  }
}

}  // namespace
}  // namespace scorefield
