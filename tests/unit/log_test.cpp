#include "base/log.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "test_support.h"

namespace scorefield {
namespace {

// Times in the largest units that keep them short.
TEST(Log, ReadableTime) {
  EXPECT_EQ(readable_time(0.0), "0.0 s");
  EXPECT_EQ(readable_time(3.21), "3.2 s");
  EXPECT_EQ(readable_time(42.4), "42 s");
  EXPECT_EQ(readable_time(119.0), "119 s");
  EXPECT_EQ(readable_time(250.0), "4 min 10 s");
  EXPECT_EQ(readable_time(3605.0), "60 min 05 s");
  EXPECT_EQ(readable_time(7500.0), "2 h 05 min");
  EXPECT_EQ(readable_time(360000.0), "100 h 00 min");
}

// Counts in three digits; at the edges the digits do not become four.
TEST(Log, ReadableCount) {
  EXPECT_EQ(readable_count(0), "0");
  EXPECT_EQ(readable_count(7), "7");
  EXPECT_EQ(readable_count(0.25), "0.25");
  EXPECT_EQ(readable_count(999), "999");
  EXPECT_EQ(readable_count(999.7), "1.00 k");
  EXPECT_EQ(readable_count(1000), "1.00 k");
  EXPECT_EQ(readable_count(12345), "12.3 k");
  EXPECT_EQ(readable_count(9996), "10.0 k");
  EXPECT_EQ(readable_count(99960), "100 k");
  EXPECT_EQ(readable_count(999600), "1.00 M");
  EXPECT_EQ(readable_count(1.2e6), "1.20 M");
  EXPECT_EQ(readable_count(3.456e9), "3.46 G");
  EXPECT_EQ(readable_count(1e12), "1.00 T");
}

// Lines go to the file, appended, from the rank that speaks only; a file that cannot be opened is an IoError.
TEST(Log, File) {
  const test::SharedFolder folder;
  const bool speaks = test::world().is_root();
  for (const char* text : {"first", "second"}) {
    Log log(speaks);
    log.open_file(folder / "run.log");
    testing::internal::CaptureStdout();
    log.line(text);
    EXPECT_EQ(testing::internal::GetCapturedStdout(), speaks ? std::string(text) + "\n" : "");
  }
  test::world().barrier();
  std::stringstream content;
  content << std::ifstream(folder / "run.log").rdbuf();
  EXPECT_EQ(content.str(), "first\nsecond\n");
  Log loud(true), silent(false);
  EXPECT_EQ(test::caught([&] { loud.open_file(folder / "no/such/folder"); }).code, ExitCode::io);
  EXPECT_FALSE(test::caught([&] { silent.open_file(folder / "no/such/folder"); }).thrown);
}

// The closing line counts what this run did, not what an earlier one had done.
TEST(Progress, CountsFromWhereItBegan) {
  Log log(true);
  testing::internal::CaptureStdout();
  Progress(log, "train", 5000.0, "steps", 3000.0).finish("loss 1");
  const std::string line = testing::internal::GetCapturedStdout();
  EXPECT_EQ(line.rfind("train: 2.00 k steps in ", 0), 0u) << line;
  EXPECT_NE(line.find("s  loss 1\n"), std::string::npos) << line;
}

}  // namespace
}  // namespace scorefield
