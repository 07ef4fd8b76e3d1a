#include "base/disk.h"

#include <gtest/gtest.h>

#include "test_support.h"

namespace scorefield {
namespace {

const Comm& comm() { return test::world(); }

// A rename replaces what has the name; one that cannot be done says why.
TEST(RenameDurably, ReplacesAndReports) {
  const test::SharedFolder folder;
  const auto from = folder / ("from" + std::to_string(comm().rank())), to = folder / ("to" + std::to_string(comm().rank()));
  test::write_bytes(from, "new");
  test::write_bytes(to, "old");
  rename_durably(from, to);
  EXPECT_EQ(test::read_bytes(to), "new");
  EXPECT_FALSE(std::filesystem::exists(from));
  EXPECT_EQ(test::caught([&] { rename_durably(from, to); }).code, ExitCode::io);
  EXPECT_EQ(test::caught([&] { sync_to_disk(from); }).code, ExitCode::io);
}

// Room is taken without making a file longer; a new file replaces an older one.
TEST(Room, IsTakenBeforeItIsFilled) {
  const test::SharedFolder folder;
  const auto path = folder / ("room" + std::to_string(comm().rank()));
  test::write_bytes(path, "old");
  reserve_room(path, 1 << 16);
  EXPECT_EQ(test::read_bytes(path), "old");
  create_with_room(path, 1 << 16);
  EXPECT_EQ(test::read_bytes(path), "");
}

}  // namespace
}  // namespace scorefield
