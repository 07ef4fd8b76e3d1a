#include "base/work_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <tuple>

#include "test_support.h"

namespace scorefield {
namespace {

const std::int64_t kSamples[] = {1, 63, 64, 65, 511, 512, 513, 12345, 131071, 131072, 131073, 262145, 1000000, 5000011};
const std::int64_t kBatches[] = {1, 4096, 100000, 1000000000};

/// Calls `check` with plans of many sizes, begun at several blocks, in batches of several lengths.
void for_plans(const std::function<void(const WorkPlan&)>& check) {
  for (const std::int64_t samples : kSamples) {
    const std::int64_t block = block_size(samples), last = samples / block;
    for (const std::int64_t first : {std::int64_t{0}, std::min<std::int64_t>(1, last), last / 2, last}) {
      for (const std::int64_t batch : kBatches) {
        SCOPED_TRACE(std::to_string(samples) + " from block " + std::to_string(first) + " in batches of " + std::to_string(batch));
        check(WorkPlan(samples, first * block, batch));
      }
    }
  }
}

// 64 2^k; never more than 2048 blocks but for those of 2^20, and more than 1024 where they are not the smallest.
TEST(BlockSize, IsTheSmallestThatMakesFewEnough) {
  for (std::int64_t samples = 1; samples < 2000000000000; samples += 1 + samples / 7) {
    const std::int64_t block = block_size(samples), blocks = (samples + block - 1) / block;
    EXPECT_EQ(block & (block - 1), 0);
    EXPECT_GE(block, kSmallestBlock);
    EXPECT_LE(block, 1 << 20);
    EXPECT_TRUE(blocks <= 2048 || block == 1 << 20) << samples;
    EXPECT_TRUE(blocks > 1024 || block == kSmallestBlock) << samples;
  }
  EXPECT_EQ(block_size(2048 * 64), 64);
  EXPECT_EQ(block_size(2048 * 64 + 1), 128);
}

// Blocks of more configurations are unions of blocks of fewer.
TEST(BlockSize, BlocksNestWhenSamplesGrow) {
  std::int64_t before = 1;
  for (std::int64_t samples = 1; samples < 2000000000000; samples += 1 + samples / 7) {
    EXPECT_EQ(block_size(samples) % before, 0) << samples;
    before = block_size(samples);
  }
}

// Units tile a batch, batches tile what is left, blocks tile all; nothing twice. A batch ends where a block ends.
TEST(WorkPlan, UnitsBatchesAndBlocksTile) {
  for_plans([](const WorkPlan& plan) {
    std::int64_t next = plan.first(), next_block = plan.first() / plan.block();
    for (std::int64_t b = 0; b < plan.batches(); ++b) {
      const Range units = plan.batch(b), rows = plan.configurations(units), blocks = plan.blocks(b);
      ASSERT_EQ(rows.begin, next);
      ASSERT_GT(rows.size(), 0);
      for (std::int64_t u = units.begin; u < units.end; ++u) {
        ASSERT_EQ(plan.unit(u).begin, next);
        ASSERT_GT(plan.unit(u).size(), 0);
        ASSERT_LE(plan.unit(u).size(), 4096);
        next = plan.unit(u).end;
      }
      ASSERT_EQ(next, rows.end);
      ASSERT_TRUE(next % plan.block() == 0 || next == plan.samples()) << next;
      ASSERT_EQ(blocks.begin, next_block);
      ASSERT_EQ(blocks.begin, rows.begin / plan.block());
      next_block = blocks.end;
    }
    EXPECT_EQ(next, plan.samples());
    EXPECT_EQ(next_block, plan.blocks());
  });
}

// No unit but the ends of the work is cut by a batch or by where the work begins: units and pieces end at multiples of their size.
TEST(WorkPlan, CutsAreTheSameWhereverItBegins) {
  for_plans([](const WorkPlan& plan) {
    const WorkPlan whole(plan.samples(), 0, 1000000000);
    EXPECT_EQ(plan.block(), whole.block());
    EXPECT_EQ(plan.piece(), whole.piece());
    EXPECT_EQ(plan.block() % plan.piece(), 0);
    EXPECT_EQ(plan.first() % plan.piece(), 0);
    for (std::int64_t b = 0; b < plan.batches(); ++b) {
      const Range units = plan.batch(b), rows = plan.configurations(units);
      for (std::int64_t u = units.begin; u < units.end; ++u) {
        ASSERT_EQ(plan.unit(u).end, whole.unit(u).end);
        ASSERT_EQ(plan.unit(u).begin, std::max(plan.first(), whole.unit(u).begin));
      }
      ASSERT_EQ(plan.pieces(rows), (rows.end + plan.piece() - 1) / plan.piece() - rows.begin / plan.piece());
    }
  });
}

// A batch is as long as wished, up to the next end of a block and a unit.
TEST(WorkPlan, BatchesAreAsLongAsWished) {
  for (const std::int64_t samples : kSamples) {
    for (const std::int64_t wish : kBatches) {
      const WorkPlan plan(samples, 0, wish);
      for (std::int64_t b = 0; b + 1 < plan.batches(); ++b) {
        const std::int64_t size = plan.configurations(plan.batch(b)).size();
        EXPECT_GE(size, wish) << samples;
        EXPECT_LT(size, wish + std::max<std::int64_t>(plan.block(), 4096)) << samples;
      }
    }
  }
}

// The parts of the ranks tile the work, in order within each batch; a rank may have none.
TEST(WorkPlan, RanksTileTheWork) {
  const Comm& comm = test::world();
  for_plans([&](const WorkPlan& plan) {
    std::vector<double> mine;
    for (std::int64_t b = 0; b < std::min<std::int64_t>(plan.batches(), 20); ++b) {
      const Range rows = plan.configurations(plan.batch(b, comm));
      mine.insert(mine.end(), {double(b), double(comm.rank()), double(rows.begin), double(rows.end)});
    }
    const auto all = comm.gather(mine);
    struct Part {
      double batch, rank, begin, end;
    };
    std::vector<Part> parts;
    for (std::size_t i = 0; i < all.size(); i += 4) parts.push_back({all[i], all[i + 1], all[i + 2], all[i + 3]});
    std::sort(parts.begin(), parts.end(), [](auto& a, auto& b) { return std::tie(a.batch, a.rank) < std::tie(b.batch, b.rank); });
    auto next = double(plan.first());
    for (const Part& part : parts) {
      if (part.begin == part.end) continue;
      ASSERT_EQ(part.begin, next);
      next = part.end;
    }
    if (comm.is_root() && plan.batches() <= 20) {
      EXPECT_EQ(next, double(plan.samples()));
    }
  });
}

// However many numbers a piece has, a batch gathers no more than 64 MiB of them, or one cut.
TEST(WorkPlan, BoundsWhatIsGathered) {
  for (const std::int64_t numbers : {1, 800, 100000, 100000000}) {
    const WorkPlan plan(100000000, 0, 1000000000, numbers);
    const std::int64_t gathered = plan.pieces(plan.configurations(plan.batch(0))) * numbers;
    const std::int64_t cut = plan.block() / plan.piece() * numbers;
    EXPECT_LE(gathered, 8 * 1024 * 1024 + cut) << numbers;
    EXPECT_GE(gathered, std::min<std::int64_t>(plan.pieces({0, 100000000}) * numbers, 8 * 1024 * 1024 - cut)) << numbers;
  }
}

// The largest ensembles that the deck allows overflow nothing.
TEST(WorkPlan, LargestEnsemble) {
  const std::int64_t samples = 1000000000000;
  const WorkPlan plan(samples, 0, 1000000000, 1000000);
  const Range last = plan.batch(plan.batches() - 1);
  EXPECT_EQ(plan.configurations(last).end, samples);
  EXPECT_EQ(plan.blocks(plan.batches() - 1).end, plan.blocks());
  EXPECT_EQ(plan.unit(last.end - 1).end, samples);
  const std::int64_t middle = plan.batches() / 2;
  EXPECT_EQ(plan.configurations(plan.batch(middle)).end, plan.configurations(plan.batch(middle + 1)).begin);
}

// Nothing is left: no batches.
TEST(WorkPlan, NothingLeft) {
  EXPECT_EQ(WorkPlan(1024, 1024, 100).batches(), 0);
  EXPECT_EQ(WorkPlan(1000, 1024, 100).batches(), 0);
}

}  // namespace
}  // namespace scorefield
