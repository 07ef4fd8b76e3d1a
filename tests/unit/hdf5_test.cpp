#include "base/hdf5.h"
#include "base/pending_file.h"

#include <gtest/gtest.h>
#include <hdf5.h>

#include <algorithm>
#include <fstream>
#include <limits>

#include "small_disk.h"
#include "test_support.h"

namespace scorefield {
namespace {

const Comm& comm() { return test::world(); }

/// Rows of two columns; bit patterns that a conversion would lose among them.
std::vector<double> table(std::size_t rows) {
  std::vector<double> values(2 * rows);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 1.0 / (static_cast<double>(i) + 3.0);
  const std::vector<double> odd = {-0.0, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::denorm_min(),
                                   std::bit_cast<double>(std::uint64_t{0x7ff8dead'beef1234})};
  std::copy(odd.begin(), odd.end(), values.begin() + 5);
  return values;
}

std::span<const double> rows_of(const std::vector<double>& values, const Range& rows) {
  return std::span(values).subspan(static_cast<std::size_t>(2 * rows.begin), static_cast<std::size_t>(2 * rows.size()));
}

// What ranks write in parts is read back to the bit in other parts, also where ranks have no rows. (Parts of different ranks do not
// overlap: there the MPI-IO of Open MPI 4.1.4 gives wrong numbers, open-mpi/ompi#10546.)
TEST(H5File, RowsSurviveAnotherSplit) {
  constexpr std::int64_t kRows = 103;
  const test::SharedFolder folder;
  const std::vector<double> values = table(kRows);
  const int size = comm().size(), rank = comm().rank();
  const Range written = share(kRows, size, rank);
  H5File::create(folder / "rows.h5", comm()).create_dataset("/group/inner/table", {kRows, 2});
  H5File out = H5File::open_to_write(folder / "rows.h5", comm());
  out.write_rows("/group/inner/table", static_cast<std::uint64_t>(written.begin), rows_of(values, written));
  out.close();

  const H5File in = H5File::open(folder / "rows.h5", comm());
  EXPECT_EQ(in.shape("/group/inner/table"), (Shape{kRows, 2}));
  EXPECT_EQ(test::bits(in.read_all("/group/inner/table")), test::bits(values));
  const Range backwards = share(kRows, size, size - 1 - rank);
  const Range on_the_last = rank == size - 1 ? Range{0, kRows} : Range{0, 0};
  const Range with_gaps = {written.begin + 1, written.end - 2};
  for (const Range& rows : {backwards, on_the_last, with_gaps}) {
    std::vector<double> part(static_cast<std::size_t>(2 * rows.size()));
    in.read_rows("/group/inner/table", static_cast<std::uint64_t>(rows.begin), static_cast<std::uint64_t>(rows.size()), part);
    EXPECT_EQ(test::bits(part), test::bits(rows_of(values, rows)));
  }
}

// A rank may write nothing while others write all, and the root alone may write.
TEST(H5File, EmptySelections) {
  const test::SharedFolder folder;
  const std::vector<double> values = table(11);
  {
    H5File file = H5File::create(folder / "empty.h5", comm());
    file.create_dataset("/a", {11, 2});
    file.write_all("/b", {11, 2}, values);
  }
  H5File file = H5File::open_to_write(folder / "empty.h5", comm());
  file.write_rows("/a", 0, comm().rank() == comm().size() - 1 ? std::span<const double>(values) : std::span<const double>{});
  file.flush();
  EXPECT_EQ(test::bits(file.read_all("/a")), test::bits(values));
  EXPECT_EQ(test::bits(file.read_all("/b")), test::bits(values));
}

// Numbers stored as integers and in single precision come back as doubles of the same or the rounded value.
TEST(H5File, StoredTypes) {
  const test::SharedFolder folder;
  const std::vector<double> integers = {0.0, -3.0, 9007199254740992.0};
  const std::vector<double> numbers = {0.1, -2.5, 1e10};
  H5File out = H5File::create(folder / "types.h5", comm());
  out.write_all("/integers", {3}, integers, Stored::int64);
  out.write_all("/singles", {3}, numbers, Stored::float32);
  out.close();
  const H5File file = H5File::open(folder / "types.h5", comm());
  EXPECT_EQ(file.read_all("/integers"), integers);
  const auto singles = file.read_all("/singles");
  for (std::size_t i = 0; i < numbers.size(); ++i) EXPECT_EQ(singles[i], static_cast<double>(static_cast<float>(numbers[i])));
}

// Attributes of the file, a group and a dataset; what is not there is nullopt.
TEST(H5File, Attributes) {
  const test::SharedFolder folder;
  H5File out = H5File::create(folder / "attributes.h5", comm());
  out.write_all("/group/data", {1}, std::vector<double>{1.0});
  const std::string deck = "[run]\nseed = 1  # with \"quotes\" and κ\n" + std::string(5000, 'x');
  out.set_attribute("/", "version", std::int64_t{1} << 40);
  out.set_attribute("/group", "deck", deck);
  out.set_attribute("/group", "empty", std::string());
  out.set_attribute("/group/data", "mean", 0.1);
  out.close();
  const H5File in = H5File::open(folder / "attributes.h5", comm());
  EXPECT_EQ(in.number_attribute("/", "version"), 0x1p40);
  EXPECT_EQ(in.text_attribute("/group", "deck"), deck);
  EXPECT_EQ(in.text_attribute("/group", "empty"), "");
  EXPECT_EQ(in.number_attribute("/group/data", "mean"), 0.1);
  EXPECT_EQ(in.number_attribute("/group/data", "variance"), std::nullopt);
  EXPECT_EQ(in.text_attribute("/no/such/group", "deck"), std::nullopt);
  EXPECT_EQ(test::caught([&] { in.text_attribute("/group/data", "mean"); }).code, ExitCode::bad_input);  // no text
}

// A file that was created is the root's: rows of others would be lost without a word.
TEST(H5File, RowsOfOthersInAFileThatIsMade) {
  const test::SharedFolder folder;
  H5File file = H5File::create(folder / "rows.h5", comm());
  file.create_dataset("/rows", {4});
  file.write_rows("/rows", 0, comm().is_root() ? std::vector<double>(4, 1.0) : std::vector<double>{});
  if (comm().size() == 1) return;
  const auto error = test::caught([&] { file.write_rows("/rows", 1, std::vector<double>(comm().rank() == 1 ? 1 : 0, 2.0)); });
  EXPECT_EQ(error.code, ExitCode::internal);
  EXPECT_NE(error.message.find("which is being made by the root alone"), std::string::npos) << error.message;
}

// An attribute of three texts, as other programs write them, is not one: read as one, it would not fit.
TEST(H5File, AnArrayOfTexts) {
  const test::SharedFolder folder;
  const auto path = folder / "texts.h5";
  H5File::create(path, comm()).close();
  if (comm().is_root()) {
    const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, 64);
    const hsize_t three = 3;
    const hid_t space = H5Screate_simple(1, &three, nullptr);
    const hid_t attribute = H5Acreate2(file, "names", type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, std::string(192, 'x').data());
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
    H5Fclose(file);
  }
  comm().barrier();
  const H5File in = H5File::open(path, comm());
  const auto error = test::caught([&] { in.text_attribute("/", "names"); });
  EXPECT_EQ(error.code, ExitCode::bad_input);
  EXPECT_NE(error.message.find("not one fixed text"), std::string::npos) << error.message;
}

// Members of groups, names of attributes, and what exists.
TEST(H5File, MembersAndExists) {
  const test::SharedFolder folder;
  H5File out = H5File::create(folder / "members.h5", comm());
  for (const char* name : {"/b/two", "/b/one", "/a/x/y"}) out.write_all(name, {1}, std::vector<double>{1.0});
  out.create_group("/empty");
  out.set_attribute("/b", "second", 1.0);
  out.set_attribute("/b", "first", std::int64_t{1});
  out.close();
  const H5File file = H5File::open(folder / "members.h5", comm());
  EXPECT_TRUE(file.exists("/a/x/y"));
  EXPECT_FALSE(file.exists("/a/y"));
  EXPECT_FALSE(file.exists("/c/x/y"));
  EXPECT_EQ(file.names("/b"), (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(file.names("/empty"), std::vector<std::string>{});
  EXPECT_EQ(file.attribute_names("/b"), (std::vector<std::string>{"first", "second"}));
  EXPECT_EQ(file.attribute_names("/empty"), std::vector<std::string>{});
}

// A file opened for writing takes rows into its datasets, and keeps the rest.
TEST(H5File, OpenToWrite) {
  const test::SharedFolder folder;
  H5File::create(folder / "rows.h5", comm()).write_all("/data", {4}, std::vector<double>{1, 2, 3, 4});
  {
    H5File file = H5File::open_to_write(folder / "rows.h5", comm());
    file.write_rows("/data", 1, comm().is_root() ? std::vector<double>{7, 8} : std::vector<double>{});
    file.flush();
  }
  EXPECT_EQ(H5File::open(folder / "rows.h5", comm()).read_all("/data"), (std::vector<double>{1, 7, 8, 4}));
}

// Integers come back whole, also above 2^53.
TEST(H5File, IntegerAttributes) {
  const test::SharedFolder folder;
  constexpr std::int64_t kValue = -9007199254740993;
  H5File::create(folder / "integers.h5", comm()).set_attribute("/", "value", kValue);
  const H5File file = H5File::open(folder / "integers.h5", comm());
  EXPECT_EQ(file.integer_attribute("/", "value"), kValue);
  EXPECT_EQ(file.integer_attribute("/", "nothing"), std::nullopt);
}

// Files that cannot be opened or created, and datasets that are not there: an error agreed on by all, with the code
// for its kind and the name in the message.
TEST(H5File, Errors) {
  const test::SharedFolder folder;
  if (comm().is_root()) std::ofstream(folder / "text.h5") << "not HDF5";
  comm().barrier();
  const auto expect = [](const test::Caught& error, ExitCode code, const std::string& name) {
    EXPECT_TRUE(error.agreed) << error.message;
    EXPECT_EQ(error.code, code) << error.message;
    EXPECT_NE(error.message.find(name), std::string::npos) << error.message;
  };
  expect(test::caught([&] { H5File::open(folder / "missing.h5", comm()); }), ExitCode::bad_input, "missing.h5");
  expect(test::caught([&] { H5File::open(folder / "text.h5", comm()); }), ExitCode::bad_input, "text.h5");
  expect(test::caught([&] { H5File::open(folder / "", comm()); }), ExitCode::bad_input, "scorefield-test");
  expect(test::caught([&] { H5File::create(folder / "no-folder/new.h5", comm()); }), ExitCode::io, "no-folder");

  const auto good = folder / "good.h5";
  H5File::create(good, comm()).write_all("/data", {4}, std::vector<double>{1, 2, 3, 4});
  const H5File file = H5File::open(good, comm());
  std::vector<double> buffer(2);
  expect(test::caught([&] { file.read_all("/nothing"); }), ExitCode::bad_input, "/nothing");
  expect(test::caught([&] { file.read_rows("/nothing", 0, 2, buffer); }), ExitCode::bad_input, "/nothing");
  expect(test::caught([&] { file.read_rows("/data", 3, 2, buffer); }), ExitCode::io, "/data");
  expect(test::caught([&] { file.read_rows("/data", 0, 3, buffer); }), ExitCode::io, "/data");
  EXPECT_EQ(file.read_all("/data"), (std::vector<double>{1, 2, 3, 4}));
}

// What cannot be written is an error agreed on by all, and the file is left as it is.
TEST(H5File, ErrorsOfWriting) {
  const test::SharedFolder folder;
  const std::vector<double> two(2);
  const auto path = folder / "good.h5";
  H5File::create(path, comm()).write_all("/data", {4}, std::vector<double>{1, 2, 3, 4});
  const auto expect = [](const test::Caught& error) {
    EXPECT_TRUE(error.agreed) << error.message;
    EXPECT_EQ(error.code, ExitCode::io) << error.message;
    EXPECT_NE(error.message.find("/data"), std::string::npos) << error.message;
  };
  expect(test::caught([&] { H5File::open_to_write(path, comm()).write_rows("/data", 3, two); }));
  expect(test::caught([&] { H5File::open_to_write(path, comm()).create_dataset("/data", {4}); }));
}

using test::there;

// A pending file has its name only after commit; without it nothing is left, and an older file stays as it was.
TEST(PendingFile, AppearsOnlyWhenComplete) {
  const test::SharedFolder folder;
  const auto path = folder / "result.h5";
  const auto partial = folder / "result.h5.partial";
  const auto write = [&](double value, bool commit) {
    PendingFile pending(path, comm());
    pending.file().write_all("/value", {1}, std::vector<double>{value});
    EXPECT_TRUE(there(partial));
    if (commit) pending.commit();
  };
  write(1.0, false);
  EXPECT_FALSE(there(path));
  EXPECT_FALSE(there(partial));
  write(2.0, true);
  EXPECT_TRUE(there(path));
  EXPECT_FALSE(there(partial));
  write(3.0, false);
  EXPECT_FALSE(there(partial));
  EXPECT_EQ(H5File::open(path, comm()).read_all("/value"), std::vector<double>{2.0});
  write(4.0, true);
  EXPECT_EQ(H5File::open(path, comm()).read_all("/value"), std::vector<double>{4.0});
}

// A committed file is sealed: one wrong bit anywhere is found before HDF5 reads it, by all ranks.
TEST(PendingFile, IsSealed) {
  const test::SharedFolder folder;
  const auto path = folder / "result.h5";
  PendingFile pending(path, comm());
  pending.file().write_all("/value", {1}, std::vector<double>{1.0});
  pending.commit();
  test::damage(path);
  const auto error = test::caught([&] { H5File::open(path, comm()); });
  EXPECT_TRUE(error.agreed);
  EXPECT_EQ(error.code, ExitCode::bad_input);
  EXPECT_NE(error.message.find("result.h5 is damaged"), std::string::npos) << error.message;
}

// The same when an error on one rank unwinds all.
TEST(PendingFile, LeavesNothingAfterAnError) {
  const test::SharedFolder folder;
  const auto error = test::caught([&] {
    PendingFile pending(folder / "result.h5", comm());
    require_all(comm(), [&] {
      if (comm().rank() == comm().size() - 1) throw NumericalError("stop");
    });
    pending.commit();
  });
  EXPECT_EQ(error.message, "stop");
  EXPECT_FALSE(there(folder / "result.h5"));
  EXPECT_FALSE(there(folder / "result.h5.partial"));
}

// A disk that is full before a file is complete: an error, and nothing is left. (Found out before writing: on three ranks or more the
// collective writes of Open MPI 4.1.4 report success, and closing hangs.)
TEST(PendingFile, DiskIsFull) {
  const test::SharedFolder folder;
  const test::SmallDisk disk(folder);
  if (!disk.mounted()) GTEST_SKIP() << "only root may mount a small file system";
  const auto error = test::caught([&] {
    PendingFile pending(disk / "result.h5", comm());
    for (const char* name : {"/a", "/b", "/c", "/d"}) pending.file().write_all(name, {1 << 16}, std::vector<double>(1 << 16, 1.0));
    pending.commit();
  });
  EXPECT_TRUE(error.agreed);
  EXPECT_EQ(error.code, ExitCode::io);
  EXPECT_NE(error.message.find("the disk is full"), std::string::npos) << error.message;
  EXPECT_NE(error.message.find("free some disk space and run the same command again"), std::string::npos) << error.message;
  EXPECT_TRUE(disk.empty());
}

}  // namespace
}  // namespace scorefield
