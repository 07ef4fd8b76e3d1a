#include "base/stop.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>

#include "test_support.h"

namespace scorefield {
namespace {

const Comm& comm() { return test::world(); }
const int kSignals[] = {SIGINT, SIGTERM, SIGUSR1};
const char* const kNames[] = {"SIGINT", "SIGTERM", "SIGUSR1"};

bool is_default(int number) {
  struct sigaction now {};
  ::sigaction(number, nullptr, &now);
  return now.sa_handler == SIG_DFL;
}

// Without a request nothing stops, however often one asks.
TEST(StopRequest, NothingRequested) {
  StopRequest stop;
  for (int tries = 0; tries < 3; ++tries) EXPECT_EQ(stop.requested(comm()), "");
}

// A signal to any one rank is a request to all, with its name, and stays one.
TEST(StopRequest, SignalOnOneRank) {
  for (int rank = 0; rank < comm().size(); ++rank) {
    for (int i = 0; i < 3; ++i) {
      StopRequest stop;
      EXPECT_EQ(stop.requested(comm()), "");
      if (comm().rank() == rank) std::raise(kSignals[i]);
      EXPECT_EQ(stop.requested(comm()), kNames[i]) << rank;
      EXPECT_EQ(stop.requested(comm()), kNames[i]) << rank;
    }
  }
}

// Signals are caught while the object lives; after the first one a second ends the process, and so do all after the object's end.
TEST(StopRequest, HandlersComeAndGo) {
  for (const int number : kSignals) EXPECT_TRUE(is_default(number)) << number;
  {
    const StopRequest stop;
    for (const int number : kSignals) EXPECT_FALSE(is_default(number)) << number;
  }
  for (const int number : kSignals) EXPECT_TRUE(is_default(number)) << number;
  const StopRequest stop;
  std::raise(SIGUSR1);
  for (const int number : kSignals) EXPECT_TRUE(is_default(number)) << number;
}

// The stop file is a request, and is gone once it is obeyed; another file is none.
TEST(StopRequest, StopFile) {
  const test::SharedFolder folder;
  const auto ask = [&] {
    StopRequest stop;
    stop.watch_file(folder / "stop");
    return stop.requested(comm());
  };
  if (comm().is_root()) test::write_bytes(folder / "stops", "");
  comm().barrier();
  EXPECT_EQ(ask(), "");
  if (comm().is_root()) test::write_bytes(folder / "stop", "");
  comm().barrier();
  EXPECT_EQ(ask(), "the stop file");
  EXPECT_FALSE(test::there(folder / "stop"));
  EXPECT_TRUE(test::there(folder / "stops"));
  EXPECT_EQ(ask(), "");
}

// A time limit that is over stops, on all ranks; one that is far away, or none, does not.
TEST(StopRequest, TimeLimit) {
  for (const double limit : {0.0, 1e9}) {
    StopRequest stop;
    stop.limit_time(limit, "run.walltime");
    EXPECT_EQ(stop.requested(comm()), "") << limit;
  }
  StopRequest stop;
  stop.limit_time(1e-9, "the end of the job");
  EXPECT_EQ(stop.requested(comm()), "the end of the job");
}

// The end of a SLURM job is what the scheduler says, less what is kept for the end; over, it leaves next to nothing; no job, no limit.
TEST(StopRequest, EndOfTheJob) {
  const auto left = [](const char* end) {
    ::setenv("SLURM_JOB_END_TIME", end, 1);
    return time_left_of_job();
  };
  const auto in = [](double seconds) {
    const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    return std::to_string(static_cast<std::int64_t>(now + seconds));
  };
  EXPECT_NEAR(left(in(1000.0).c_str()), 985.0, 3.0);
  EXPECT_EQ(left(in(-5.0).c_str()), 1e-3);
  EXPECT_EQ(left(""), 0.0);
  for (const char* wrong : {"soon", "12 o'clock", "nan"}) EXPECT_THROW(left(wrong), InputError) << wrong;
  ::unsetenv("SLURM_JOB_END_TIME");
  EXPECT_EQ(time_left_of_job(), 0.0);
}

// The end on request is an error of all ranks with a code of its own, which says why and what was saved.
TEST(StopHere, IsAgreedOn) {
  const auto error = test::caught([&] { stop_here(comm(), "SIGTERM", "5 of 10 are saved"); });
  EXPECT_TRUE(error.agreed);
  EXPECT_EQ(error.ranks, comm().size());
  EXPECT_EQ(error.code, ExitCode::unfinished);
  EXPECT_EQ(static_cast<int>(error.code), 85);
  EXPECT_EQ(error.message, "stopped by SIGTERM; 5 of 10 are saved");
}

}  // namespace
}  // namespace scorefield
