#include "base/checkpoint.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/seal.h"
#include "test_support.h"

namespace scorefield {
namespace {

const Comm& comm() { return test::world(); }

/// One that is told from others by `committed`.
Checkpoint example(std::int64_t committed) {
  Checkpoint checkpoint;
  checkpoint.fingerprint = "0123456789abcdef";
  checkpoint.deck = "[run]\nseed = 7\n";
  checkpoint.wanted = std::int64_t{1} << 60;
  checkpoint.committed = committed;
  checkpoint.arrays = {{"long", std::vector<double>(3000, 0.1)}, {"odd", {-0.0, std::numeric_limits<double>::infinity(), 5e-324}}};
  checkpoint.integers = {{"checksum", -9007199254740993}, {"counted", 5}};
  return checkpoint;
}

/// What is read; -1 if there is nothing.
std::int64_t committed_in(const std::filesystem::path& path) {
  const auto found = read_checkpoint(comm(), path);
  return found ? found->committed : -1;
}

// Every rank reads what the root wrote, to the bit; what the others had does not matter.
TEST(Checkpoint, RoundTrip) {
  const test::SharedFolder folder;
  const auto path = folder / "checkpoint/a.h5";  // the folder is made
  const Checkpoint written = example(1000);
  write_checkpoint(comm(), path, comm().is_root() ? written : Checkpoint{});
  const auto read = read_checkpoint(comm(), path);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->fingerprint, written.fingerprint);
  EXPECT_EQ(read->deck, written.deck);
  EXPECT_EQ(read->wanted, written.wanted);
  EXPECT_EQ(read->committed, written.committed);
  EXPECT_EQ(read->integers, written.integers);
  ASSERT_EQ(read->arrays.size(), written.arrays.size());
  for (const auto& [name, values] : written.arrays) EXPECT_EQ(test::bits(read->arrays.at(name)), test::bits(values)) << name;
  EXPECT_EQ(check_seal(comm(), path), Seal::good);
}

// Arrays without numbers are left out; a checkpoint may have none, nor integers.
TEST(Checkpoint, EmptyArrays) {
  const test::SharedFolder folder;
  const auto path = folder / "a.h5";
  Checkpoint checkpoint = example(1);
  checkpoint.arrays["none"] = {};
  write_checkpoint(comm(), path, checkpoint);
  const auto read = read_checkpoint(comm(), path);
  EXPECT_EQ(read->arrays.count("none"), 0u);
  EXPECT_EQ(read->arrays.size(), 2u);
  write_checkpoint(comm(), path, {});
  const auto empty = read_checkpoint(comm(), path);
  EXPECT_TRUE(empty->arrays.empty() && empty->integers.empty() && empty->deck.empty());
}

// The newest one counts, the one before is kept; nothing else is.
TEST(Checkpoint, NewestWins) {
  const test::SharedFolder folder;
  const auto path = folder / "a.h5";
  EXPECT_EQ(committed_in(path), -1);
  EXPECT_FALSE(test::there(previous_checkpoint(path)));
  for (const std::int64_t committed : {1, 2, 3}) {
    write_checkpoint(comm(), path, example(committed));
    EXPECT_EQ(committed_in(path), committed);
  }
  EXPECT_EQ(read_checkpoint(comm(), previous_checkpoint(path))->committed, 2);
  EXPECT_FALSE(test::there(path.string() + ".partial"));
  EXPECT_FALSE(test::there(previous_checkpoint(previous_checkpoint(path))));
}

// Where the newest one is damaged, cut off or gone, the one before counts, and a new one can be written over both.
TEST(Checkpoint, FallsBackToThePreviousOne) {
  const test::SharedFolder folder;
  const auto path = folder / "a.h5";
  const auto spoil = {std::function<void()>([&] { test::damage(path); }), std::function<void()>([&] {
                        if (comm().is_root()) std::filesystem::resize_file(path, 700);
                      }),
                      std::function<void()>([&] {
                        if (comm().is_root()) std::filesystem::resize_file(path, 0);
                      }),
                      std::function<void()>([&] {
                        if (comm().is_root()) std::filesystem::remove(path);
                      })};
  std::int64_t committed = 0;
  for (const auto& way : spoil) {
    write_checkpoint(comm(), path, example(++committed));
    write_checkpoint(comm(), path, example(++committed));
    way();
    comm().barrier();
    EXPECT_EQ(committed_in(path), committed - 1);
    write_checkpoint(comm(), path, example(++committed));
    EXPECT_EQ(committed_in(path), committed);
  }
}

// Where none is whole, nothing is invented: an error of all ranks that names the file and what to do.
TEST(Checkpoint, BothDamaged) {
  const test::SharedFolder folder;
  const auto path = folder / "a.h5";
  write_checkpoint(comm(), path, example(1));
  test::damage(path);
  for (int tries = 0; tries < 2; ++tries) {
    const auto error = test::caught([&] { read_checkpoint(comm(), path); });
    EXPECT_TRUE(error.agreed);
    EXPECT_EQ(error.code, ExitCode::bad_input);
    EXPECT_NE(error.message.find("a.h5 is damaged"), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("no whole one before it"), std::string::npos) << error.message;
    if (tries == 0) {
      write_checkpoint(comm(), path, example(2));  // the damaged one is the previous one now
      test::damage(path);
    }
  }
}

// What a kill left of one that was not finished is neither read nor in the way.
TEST(Checkpoint, LeftoversAreIgnored) {
  const test::SharedFolder folder;
  const auto path = folder / "a.h5";
  const std::string partial = path.string() + ".partial";
  if (comm().is_root()) test::write_bytes(partial, "half a checkpoint");
  comm().barrier();
  EXPECT_EQ(committed_in(path), -1);
  write_checkpoint(comm(), path, example(1));
  EXPECT_EQ(committed_in(path), 1);
  EXPECT_FALSE(test::there(partial));
}

// Both are removed, or the one that is there; removing nothing is no error.
TEST(Checkpoint, Remove) {
  const test::SharedFolder folder;
  const auto path = folder / "a.h5";
  for (int written = 0; written <= 2; ++written) {
    for (int i = 0; i < written; ++i) write_checkpoint(comm(), path, example(i));
    remove_checkpoint(comm(), path);
    EXPECT_FALSE(test::there(path));
    EXPECT_FALSE(test::there(previous_checkpoint(path)));
    EXPECT_EQ(committed_in(path), -1);
  }
}

// A checkpoint that cannot be written is an IoError of all ranks, and the last one stays.
TEST(Checkpoint, CannotBeWritten) {
  const test::SharedFolder folder;
  if (comm().is_root()) test::write_bytes(folder / "file", "in the way");
  comm().barrier();
  const auto in_the_way = test::caught([&] { write_checkpoint(comm(), folder / "file/a.h5", example(1)); });
  EXPECT_TRUE(in_the_way.agreed);
  EXPECT_EQ(in_the_way.ranks, comm().size());
  EXPECT_EQ(in_the_way.code, ExitCode::io);
  write_checkpoint(comm(), folder / "a.h5", example(1));
  if (comm().is_root()) std::filesystem::create_directories(folder / "a.h5.partial");
  comm().barrier();
  const auto no_file = test::caught([&] { write_checkpoint(comm(), folder / "a.h5", example(2)); });
  EXPECT_TRUE(no_file.agreed);
  EXPECT_EQ(no_file.ranks, comm().size());
  EXPECT_EQ(no_file.code, ExitCode::io);
  EXPECT_EQ(committed_in(folder / "a.h5"), 1);
}

}  // namespace
}  // namespace scorefield
