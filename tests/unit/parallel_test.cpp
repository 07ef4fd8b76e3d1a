#include "base/parallel.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "test_support.h"

namespace scorefield {
namespace {

/// Three threads for a test, one again after it.
struct ThreeThreads {
  ThreeThreads() { set_threads(3, Comm::self()); }
  ThreeThreads(const ThreeThreads&) = delete;
  ThreeThreads& operator=(const ThreeThreads&) = delete;
  ~ThreeThreads() { set_threads(1, Comm::self()); }
};

// Every index is visited once.
TEST(ParallelFor, VisitsEachOnce) {
  const ThreeThreads threads;
  std::vector<int> visits(1000, 0);
  parallel_for(7, 1000, [&](std::int64_t i) { ++visits[static_cast<std::size_t>(i)]; });
  for (std::size_t i = 0; i < visits.size(); ++i) ASSERT_EQ(visits[i], i < 7 ? 0 : 1);
  parallel_for(5, 5, [](std::int64_t) { FAIL(); });
}

// Of several exceptions the one of the smallest index comes out, whatever thread it was on.
TEST(ParallelFor, ThrowsTheFirstFailure) {
  const ThreeThreads threads;
  for (int trial = 0; trial < 20; ++trial) {
    const auto error = test::caught([] {
      parallel_for(0, 100, [](std::int64_t i) {
        if (i % 10 == 7) throw NumericalError("at " + std::to_string(i));
      });
    });
    ASSERT_EQ(error.message, "at 7");
    ASSERT_EQ(error.code, ExitCode::numerical);
  }
}

// 0 threads means this rank's part of the cores, at least one; one thread of a loop is the main one.
TEST(Threads, SetAndMain) {
  EXPECT_EQ(set_threads(5, Comm::self()).count, 5);
  EXPECT_GE(set_threads(0, Comm::self()).count, 1);
  const ThreeThreads threads;
  EXPECT_TRUE(on_main_thread());
}

/// This rank on one processor alone.
void pin_to(std::size_t processor) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(processor, &one);
  sched_setaffinity(0, sizeof(one), &one);
}

/// The processors of this rank before a test, which it has again after it.
class Unpinned {
 public:
  Unpinned() { sched_getaffinity(0, sizeof(before_), &before_); }
  Unpinned(const Unpinned&) = delete;
  Unpinned& operator=(const Unpinned&) = delete;
  ~Unpinned() { sched_setaffinity(0, sizeof(before_), &before_); }

  std::vector<std::size_t> processors() const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < CPU_SETSIZE; ++i) {
      if (CPU_ISSET(i, &before_)) found.push_back(i);
    }
    return found;
  }

 private:
  cpu_set_t before_{};
};

// Ranks on processors of their own, or several on one: each has its share of what it may run on, and those with more threads are told.
TEST(Threads, ShareOfProcessors) {
  const Comm node = test::world().node();
  const Unpinned before;
  const auto all = before.processors();
  const auto size = static_cast<std::size_t>(node.size());
  EXPECT_EQ(set_threads(0, node).count, static_cast<int>(std::max<std::size_t>(1, all.size() / size)));
  pin_to(all[static_cast<std::size_t>(node.rank()) % all.size()]);
  EXPECT_EQ(set_threads(0, node).count, 1);
  const std::size_t used = std::min(all.size(), size);
  const auto told = [&](std::size_t threads) {
    if (threads <= used) return std::string();
    return std::to_string(threads) + " threads of " + counted(node.size(), "rank") + " on " +
           counted(static_cast<std::int64_t>(used), "processor") + " of this node";
  };
  EXPECT_EQ(set_threads(1, node).crowding, told(size));
  EXPECT_EQ(set_threads(node.rank() == 0 ? 2 : 1, node).crowding, told(size + 1));
  set_threads(1, Comm::self());
}

}  // namespace
}  // namespace scorefield
