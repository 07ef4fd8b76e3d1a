#include "base/parallel.h"

#include <gtest/gtest.h>

#include <vector>

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
  EXPECT_EQ(set_threads(5, Comm::self()), 5);
  EXPECT_GE(set_threads(0, Comm::self()), 1);
  const ThreeThreads threads;
  EXPECT_TRUE(on_main_thread());
}

// Nothing is said of as many threads as this rank has processors to run on.
TEST(Threads, MoreThanCores) {
  const int cores = set_threads(0, Comm::self());
  EXPECT_EQ(crowding(cores, Comm::self()), "");
  const std::string text = crowding(cores + 1, Comm::self());
  EXPECT_EQ(text.rfind("1 rank x " + std::to_string(cores + 1) + " threads on a node that has " + std::to_string(cores) + " core", 0), 0U)
      << text;
  set_threads(1, Comm::self());
}

}  // namespace
}  // namespace scorefield
