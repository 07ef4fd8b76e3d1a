#include "base/folder_lock.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>

#include "test_support.h"

namespace scorefield {
namespace {

/// A folder for each rank: the lock is a matter of one process.
class FolderLockTest : public testing::Test {
 protected:
  FolderLockTest() { std::filesystem::create_directory(folder_); }
  bool locked() const { return std::filesystem::exists(folder_ / "lock"); }

  const test::SharedFolder shared_;
  const std::filesystem::path folder_ = shared_ / std::to_string(test::world().rank());
};

// What the file says is cut where it is no line of this program's.
TEST_F(FolderLockTest, ALongLine) {
  const FolderLock lock(folder_, std::string(100000, 'x'));
  EXPECT_EQ(FolderLock::holder(folder_), std::string(256, 'x'));
}

// A second one is refused and told who has it (the lock belongs to the open file, so that one process can play both).
TEST_F(FolderLockTest, OneAtATime) {
  const FolderLock lock(folder_, "pid 1 on here");
  for (int tries = 0; tries < 2; ++tries) {
    const auto error = test::caught([&] { FolderLock(folder_, "pid 2 on there"); });
    EXPECT_EQ(error.code, ExitCode::bad_input);
    EXPECT_NE(error.message.find(folder_.string() + " is in use by pid 1 on here"), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("--run.output"), std::string::npos) << error.message;
    EXPECT_EQ(error.message.find('\n'), std::string::npos);
  }
  EXPECT_EQ(FolderLock::holder(folder_), "pid 1 on here");
}

// The end of it frees the folder and leaves nothing in it; then another may have it.
TEST_F(FolderLockTest, FreeAfterItsEnd) {
  EXPECT_EQ(FolderLock::holder(folder_), "");
  for (const std::string holder : {"first", "second"}) {
    {
      const FolderLock lock(folder_, holder);
      EXPECT_TRUE(locked());
      EXPECT_EQ(FolderLock::holder(folder_), holder);
    }
    EXPECT_FALSE(locked());
    EXPECT_EQ(FolderLock::holder(folder_), "");
  }
}

// Asking who has it neither takes it nor frees it.
TEST_F(FolderLockTest, AskingChangesNothing) {
  std::optional<FolderLock> lock(std::in_place, folder_, "first");
  EXPECT_EQ(FolderLock::holder(folder_), "first");
  EXPECT_EQ(FolderLock::holder(folder_), "first");
  EXPECT_TRUE(test::caught([&] { FolderLock(folder_, "second"); }).thrown);
  lock.reset();
  EXPECT_EQ(FolderLock::holder(folder_), "");
  EXPECT_FALSE(locked());
}

// A file that a killed process left is taken over, and nothing of its text stays.
TEST_F(FolderLockTest, StaleFileIsTakenOver) {
  test::write_bytes(folder_ / "lock", "pid 4711 on a machine with a very long name\n");
  EXPECT_EQ(FolderLock::holder(folder_), "");
  {
    const FolderLock lock(folder_, "me");
    EXPECT_EQ(FolderLock::holder(folder_), "me");
    EXPECT_EQ(test::read_bytes(folder_ / "lock"), "me\n");
  }
  EXPECT_FALSE(locked());
}

// A folder that is not there is an IoError that names the file.
TEST_F(FolderLockTest, NoFolder) {
  const auto error = test::caught([&] { FolderLock(folder_ / "none", "me"); });
  EXPECT_EQ(error.code, ExitCode::io);
  EXPECT_NE(error.message.find("none/lock"), std::string::npos) << error.message;
  EXPECT_EQ(FolderLock::holder(folder_ / "none"), "");
}

TEST(ThisProcess, HasPidAndMachine) {
  const std::string text = this_process();
  EXPECT_EQ(text.rfind("pid " + std::to_string(::getpid()) + " on ", 0), 0u) << text;
  EXPECT_GT(text.size(), ("pid " + std::to_string(::getpid()) + " on ").size());
}

}  // namespace
}  // namespace scorefield
