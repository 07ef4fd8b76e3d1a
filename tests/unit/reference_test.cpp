#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "diffusion/point_reference.h"
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
  const PointReference alone = measure_reference(self, x, 1);
  EXPECT_NEAR(alone.mean[0], static_cast<double>(sum / kCount), 1e-15);
  EXPECT_NEAR(alone.variances[0], static_cast<double>(squares / kCount), 1e-16);

  const Range even = share(kCount, comm.size(), comm.size() - 1 - comm.rank());
  const Range all_on_the_last = comm.rank() == comm.size() - 1 ? Range{0, kCount} : Range{0, 0};
  for (const Range& part : {even, all_on_the_last}) {
    const PointReference r =
        measure_reference(comm, std::span(x).subspan(static_cast<std::size_t>(part.begin), static_cast<std::size_t>(part.size())), 1);
    EXPECT_EQ(test::bits(r.mean[0]), test::bits(alone.mean[0]));
    EXPECT_EQ(test::bits(r.variances[0]), test::bits(alone.variances[0]));
  }
}

// Of the plane: mean and covariance in its axes, the same bits for any distribution; whitened numbers are uncorrelated, of variance 1.
TEST(MeasureReference, OfThePlane) {
  constexpr std::size_t kCount = 5003;
  std::vector<double> normals(2 * kCount), xy(2 * kCount);
  fill_normals({9, Stream::prior, 0}, 0, normals);
  for (std::size_t i = 0; i < kCount; ++i) {
    xy[2 * i] = 0.3 + normals[2 * i];
    xy[2 * i + 1] = -0.1 - 0.4 * normals[2 * i] + 0.2 * normals[2 * i + 1];
  }
  const PointReference alone = measure_reference(Comm::self(), xy, 2);
  EXPECT_GT(alone.variances[0], 20.0 * alone.variances[1]);
  std::vector<double> whitened(xy.size()), back(xy.size());
  alone.whiten({0.0, 1.0, 0.0}, xy, whitened);
  double mean = 0.0, xx = 0.0, off = 0.0, yy = 0.0;
  for (std::size_t i = 0; i < kCount; ++i) {
    const double a = whitened[2 * i], b = whitened[2 * i + 1];
    mean += a + b;
    xx += a * a;
    off += a * b;
    yy += b * b;
  }
  EXPECT_NEAR(mean / kCount, 0.0, 1e-12);
  EXPECT_NEAR(xx / kCount, 1.0, 1e-12);
  EXPECT_NEAR(yy / kCount, 1.0, 1e-11);
  EXPECT_NEAR(off / kCount, 0.0, 1e-11);
  const NoiseLevel level = Schedule(1.0, 10.0).at(0.3);
  alone.whiten(level, xy, whitened);
  alone.unwhiten(level, whitened, back);
  for (std::size_t i = 0; i < xy.size(); ++i) ASSERT_NEAR(back[i], xy[i], 1e-12);

  const Comm& comm = test::world();
  const Range part = share(kCount, comm.size(), comm.size() - 1 - comm.rank());
  const PointReference r = measure_reference(
      comm, std::span(xy).subspan(2 * static_cast<std::size_t>(part.begin), 2 * static_cast<std::size_t>(part.size())), 2);
  EXPECT_EQ(test::bits(r.mean), test::bits(alone.mean));
  EXPECT_EQ(test::bits(r.variances), test::bits(alone.variances));
  EXPECT_EQ(test::bits(r.axes), test::bits(alone.axes));
  for (std::size_t i = 1; i < xy.size(); i += 2) xy[i] = 0.0;
  EXPECT_EQ(test::caught([&] { measure_reference(comm, xy, 2); }).code, ExitCode::bad_input);
}

}  // namespace
}  // namespace scorefield
