#include "base/work_plan.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "test_support.h"

namespace scorefield {
namespace {

struct Size {
  std::int64_t samples, bins;
};
const Size kSizes[] = {{1, 1}, {2, 2}, {7, 3}, {4096, 1}, {4097, 1}, {8193, 2}, {12345, 7}, {250, 250}, {1000000, 250}, {5000011, 3}};

// Bins tile the configurations, and units tile the bins, in order; sizes differ by at most one; units have at most 4096.
TEST(WorkPlan, UnitsTileBinsTileSamples) {
  for (const auto [samples, bins] : kSizes) {
    const WorkPlan plan(samples, bins);
    EXPECT_EQ(plan.units() % bins, 0);
    std::int64_t next = 0, unit = 0;
    for (std::int64_t b = 0; b < bins; ++b) {
      const Range bin = plan.bin(b);
      EXPECT_EQ(bin.begin, next);
      EXPECT_LE(std::abs(bin.size() - samples / bins), 1);
      for (; unit < plan.units() && plan.bin_of_unit(unit) == b; ++unit) {
        const Range part = plan.unit(unit);
        EXPECT_EQ(part.begin, next);
        EXPECT_LE(part.size(), 4096);
        EXPECT_GT(part.size(), 0);
        next = part.end;
      }
      EXPECT_EQ(next, bin.end);
    }
    EXPECT_EQ(unit, plan.units());
    EXPECT_EQ(next, samples);
  }
}

// Batches tile the units, and a batch's parts on the ranks tile the batch; the plan itself knows no ranks.
TEST(WorkPlan, BatchesTileUnitsOverRanks) {
  const Comm& comm = test::world();
  for (const auto [samples, bins] : kSizes) {
    const WorkPlan plan(samples, bins);
    std::int64_t next = 0;
    for (std::int64_t b = 0; b < plan.batches(); ++b) {
      const Range batch = plan.batch(b);
      EXPECT_EQ(batch.begin, next);
      EXPECT_GT(batch.size(), 0);
      EXPECT_LE(plan.configurations(batch).size(), 1024 * 1024 + 4096);
      next = batch.end;
      const Range mine = plan.batch(b, comm);
      const Range rows = plan.configurations(mine);
      std::vector<double> ends = {double(mine.begin), double(mine.end), double(rows.begin), double(rows.end)};
      const auto all = comm.gather(ends);
      for (std::size_t r = 0; r + 4 < all.size(); r += 4) {
        EXPECT_EQ(all[r + 1], all[r + 4]);
        EXPECT_TRUE(all[r + 6] == all[r + 7] || all[r + 3] == all[r + 6]);  // a rank without units has the empty range
      }
      if (comm.is_root()) {
        EXPECT_EQ(all.front(), batch.begin);
        EXPECT_EQ(all[all.size() - 3], batch.end);
      }
      EXPECT_EQ(comm.sum(double(rows.size())), double(plan.configurations(batch).size()));
    }
    EXPECT_EQ(next, plan.units());
  }
}

// The largest ensembles that the deck allows overflow nothing.
TEST(WorkPlan, LargestEnsemble) {
  const WorkPlan plan(1000000000000, 250);
  EXPECT_EQ(plan.bin(249).end, 1000000000000);
  EXPECT_EQ(plan.unit(plan.units() - 1).end, 1000000000000);
  EXPECT_EQ(plan.batch(plan.batches() - 1).end, plan.units());
  const std::int64_t middle = plan.units() / 2;
  EXPECT_EQ(plan.unit(middle).end, plan.unit(middle + 1).begin);
}

}  // namespace
}  // namespace scorefield
