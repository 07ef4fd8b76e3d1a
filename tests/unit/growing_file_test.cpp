#include "base/growing_file.h"
#include "base/disk.h"

#include <gtest/gtest.h>

#include "base/layout_seal.h"
#include "base/seal.h"
#include "small_disk.h"
#include "test_support.h"

namespace scorefield {
namespace {

using test::there;

const Comm& comm() { return test::world(); }

constexpr std::uint64_t kRows = 103;

void lay_out(H5File& file) {
  file.create_dataset("/rows", {kRows, 2});
  file.create_dataset("/counts", {4}, Stored::int64);
  file.set_attribute("/", "deck", std::string("[run]\n"));
}

std::vector<double> numbers(std::uint64_t rows, double offset = 0.0) {
  std::vector<double> values(2 * rows);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = offset + 1.0 / (1.0 + static_cast<double>(i));
  return values;
}

/// Each rank writes its part of rows [begin, end).
void write_part(H5File& file, std::int64_t begin, std::int64_t end, const std::vector<double>& values) {
  const Range mine = share(end - begin, comm().size(), comm().rank());
  const auto first = static_cast<std::uint64_t>(begin + mine.begin);
  file.write_rows("/rows", first, std::span(values).subspan(2 * first, 2 * static_cast<std::size_t>(mine.size())));
}

// Only a finished file has its name; then it is sealed and whole, and nothing else is left.
TEST(GrowingFile, AppearsWhenFinished) {
  const test::SharedFolder folder;
  const auto path = folder / "field.h5";
  auto file = GrowingFile::create(path, comm(), lay_out);
  EXPECT_FALSE(there(path));
  EXPECT_TRUE(there(partial_path(path)));
  write_part(file.file(), 0, kRows, numbers(kRows));
  file.file().write_rows("/counts", 0, comm().is_root() ? std::vector<double>{1, 2, 3, 4} : std::vector<double>{});
  EXPECT_FALSE(there(path));
  file.finish();
  EXPECT_TRUE(there(path));
  EXPECT_FALSE(there(partial_path(path)));
  EXPECT_FALSE(there(partial_path(path).string() + ".new"));
  EXPECT_EQ(check_seal(comm(), path), Seal::good);
  const H5File in = H5File::open(path, comm());
  EXPECT_EQ(test::bits(in.read_all("/rows")), test::bits(numbers(kRows)));
  EXPECT_EQ(in.read_all("/counts"), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(in.text_attribute("/", "deck"), "[run]\n");
}

// It is at its full size from the start.
TEST(GrowingFile, HasItsSizeFromTheStart) {
  const test::SharedFolder folder;
  const auto path = folder / "field.h5";
  auto file = GrowingFile::create(path, comm(), lay_out);
  const auto before = std::filesystem::file_size(partial_path(path));
  EXPECT_GE(before, kSealSize + 8 * (2 * kRows + 4));
  comm().barrier();
  write_part(file.file(), 0, kRows, numbers(kRows));
  file.finish();
  EXPECT_EQ(std::filesystem::file_size(path), before);
}

// Left without an end, it can be opened again; what was written is there, and the rest can be written.
TEST(GrowingFile, GoesOn) {
  const test::SharedFolder folder;
  const auto path = folder / "field.h5";
  {
    auto file = GrowingFile::create(path, comm(), lay_out);
    write_part(file.file(), 0, 50, numbers(kRows));
    file.file().flush();
  }
  EXPECT_FALSE(there(path));
  auto reopened = GrowingFile::reopen(path, comm());
  ASSERT_TRUE(reopened);
  GrowingFile& file = *reopened;
  std::vector<double> first(100);
  file.file().read_rows("/rows", 0, 50, first);
  EXPECT_EQ(test::bits(first), test::bits(numbers(50)));
  write_part(file.file(), 50, kRows, numbers(kRows));
  file.finish();
  EXPECT_EQ(test::bits(H5File::open(path, comm()).read_all("/rows")), test::bits(numbers(kRows)));
}

// What is on disk after a flush can be opened while the writer still has it open: a kill needs no goodbye.
TEST(GrowingFile, IsWholeOnDiskAfterAFlush) {
  const test::SharedFolder folder;
  const auto path = folder / "field.h5", copy = folder / "copy.h5";
  auto file = GrowingFile::create(path, comm(), lay_out);
  write_part(file.file(), 0, 50, numbers(kRows));
  file.file().flush();
  comm().barrier();
  if (comm().is_root()) std::filesystem::copy_file(partial_path(path), copy);
  comm().barrier();
  EXPECT_TRUE(has_sealed_layout(copy));
  std::vector<double> first(100);
  H5File::open(copy, comm(), Seal::none).read_rows("/rows", 0, 50, first);
  EXPECT_EQ(test::bits(first), test::bits(numbers(50)));
}

// An older file stays until the new one is finished; leftovers of an earlier try are no hindrance.
TEST(GrowingFile, ReplacesAnOlderFile) {
  const test::SharedFolder folder;
  const auto path = folder / "field.h5";
  const auto make = [&](double offset, bool finish) {
    auto file = GrowingFile::create(path, comm(), lay_out);
    write_part(file.file(), 0, kRows, numbers(kRows, offset));
    if (finish) file.finish();
  };
  make(1.0, true);
  make(2.0, false);
  EXPECT_EQ(H5File::open(path, comm()).read_all("/rows"), numbers(kRows, 1.0));
  if (comm().is_root()) test::write_bytes(partial_path(path).string() + ".new", "half a layout");
  comm().barrier();
  make(3.0, true);
  EXPECT_EQ(H5File::open(path, comm()).read_all("/rows"), numbers(kRows, 3.0));
}

// A disk that has no room for all of it, or not even for what the layout writes, is found out before any work, with a cure, and nothing
// is left on it.
TEST(GrowingFile, NoRoom) {
  const test::SharedFolder folder;
  const test::SmallDisk disk(folder);
  if (!disk.mounted()) GTEST_SKIP() << "only root may mount a small file system";
  const auto layouts = {GrowingFile::Layout([](H5File& file) { file.create_dataset("/rows", {1 << 18}); }),
                        GrowingFile::Layout([](H5File& file) { file.write_all("/rows", {1 << 18}, std::vector<double>(1 << 18, 1.0)); })};
  for (const auto& layout : layouts) {
    const auto error = test::caught([&] { GrowingFile::create(disk / "field.h5", comm(), layout); });
    EXPECT_TRUE(error.agreed);
    EXPECT_EQ(error.code, ExitCode::io);
    EXPECT_NE(error.message.find("the disk is full"), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("free some disk space and run the same command again"), std::string::npos) << error.message;
    EXPECT_TRUE(disk.empty());
  }
  GrowingFile::create(disk / "small.h5", comm(), lay_out).finish();
  EXPECT_TRUE(there(disk / "small.h5"));
}

// Where the layout itself fails, nothing is left either, and an older file stays.
TEST(GrowingFile, LayoutFails) {
  const test::SharedFolder folder;
  const auto path = folder / "field.h5";
  GrowingFile::create(path, comm(), lay_out).finish();
  const auto error = test::caught([&] {
    GrowingFile::create(path, comm(), [](H5File& file) {
      lay_out(file);
      lay_out(file);
    });
  });
  EXPECT_TRUE(error.agreed);
  EXPECT_EQ(error.code, ExitCode::io);
  EXPECT_FALSE(there(partial_path(path)));
  EXPECT_FALSE(there(partial_path(path).string() + ".new"));
  EXPECT_EQ(check_seal(comm(), path), Seal::good);
}

// Any change outside the numbers that are to be filled in is seen before HDF5 opens the file; these numbers may be anything.
TEST(GrowingFile, SeesEveryByteOfItsLayout) {
  const test::SharedFolder folder;
  const auto path = folder / "field.h5", partial = partial_path(path);
  { auto file = GrowingFile::create(path, comm(), lay_out); }
  comm().barrier();
  const std::string good = test::read_bytes(partial);
  comm().barrier();
  std::size_t free_to_change = 0;
  for (std::size_t at = 0; at < good.size(); at += comm().is_root() ? 1 : good.size()) {
    if (!comm().is_root()) break;
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 4);
    test::write_bytes(partial, bad);
    if (has_sealed_layout(partial)) ++free_to_change;
  }
  if (comm().is_root()) {
    EXPECT_EQ(free_to_change, 8 * (2 * kRows + 4) + kSealText);  // and where its last seal will stand
    for (const std::string& bad : {good + "x", good.substr(0, good.size() - 1), good.substr(0, 100), std::string()}) {
      test::write_bytes(partial, bad);
      EXPECT_FALSE(has_sealed_layout(partial));
    }
  }
  comm().barrier();
  EXPECT_FALSE(GrowingFile::reopen(path, comm()));
}

// One that is not there cannot be gone on with.
TEST(GrowingFile, NothingToReopen) {
  const test::SharedFolder folder;
  const auto error = test::caught([&] { GrowingFile::reopen(folder / "field.h5", comm()); });
  EXPECT_TRUE(error.agreed);
  EXPECT_EQ(error.code, ExitCode::io);
  EXPECT_NE(error.message.find("field.h5.partial"), std::string::npos) << error.message;
}

}  // namespace
}  // namespace scorefield
