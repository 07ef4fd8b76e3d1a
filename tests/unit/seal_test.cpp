#include "base/seal.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "base/hash.h"
#include "base/hdf5.h"
#include "base/rng.h"
#include "test_support.h"

namespace scorefield {
namespace {

const Comm& comm() { return test::world(); }

constexpr std::size_t kPiece = 1 << 20;  // of the checksum

/// Bytes without a pattern, behind room for the seal.
std::string content(std::size_t behind) {
  std::vector<double> numbers(behind / 8 + 1);
  fill_uniforms({3, Stream::prior, 0}, 0, numbers);
  std::string bytes(kSealSize + behind, '\0');
  std::memcpy(bytes.data() + kSealSize, numbers.data(), behind);
  return bytes;
}

/// Writes the file and seals it, all ranks together.
void make_sealed(const std::filesystem::path& path, std::size_t behind) {
  if (comm().is_root()) test::write_bytes(path, content(behind));
  comm().barrier();
  seal_file(comm(), path);
}

/// What the seal of these bytes must be: each piece of 1 MiB a word, with its position, of a plain sum.
std::string expected_seal(const std::string& bytes) {
  std::uint64_t sum = 0;
  for (std::size_t at = kSealText, piece = 0; at < bytes.size(); at += kPiece, ++piece) {
    sum += hash_at(piece, hash_bytes(std::as_bytes(std::span(bytes).subspan(at, std::min(kPiece, bytes.size() - at)))));
  }
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(sum));
  return "scorefield file\nbytes " + std::to_string(bytes.size()) + "\nchecksum " + digits + "\n";
}

// A sealed file is good; the seal is readable text, the documented one for any number of ranks; nothing behind it changes.
TEST(Seal, GoodAfterSealing) {
  const test::SharedFolder folder;
  for (const std::size_t behind : {std::size_t{0}, std::size_t{1}, std::size_t{1000}, kPiece, 5 * kPiece / 2}) {
    make_sealed(folder / "file", behind);
    EXPECT_EQ(check_seal(comm(), folder / "file"), Seal::good) << behind;
    EXPECT_EQ(check_seal(Comm::self(), folder / "file"), Seal::good) << behind;
    const std::string bytes = test::read_bytes(folder / "file"), text = expected_seal(bytes);
    EXPECT_EQ(bytes.substr(0, text.size()), text);
    EXPECT_EQ(bytes.find_first_not_of('\0', text.size()), behind == 0 ? std::string::npos : kSealSize);
    EXPECT_EQ(bytes.substr(kSealSize), content(behind).substr(kSealSize));
    comm().barrier();
  }
}

// One flipped bit anywhere in a small file, also in the text and the padding of its seal, is seen.
TEST(Seal, SeesEveryFlippedByte) {
  const test::SharedFolder folder;
  const Comm self = Comm::self();
  const auto path = folder / ("file" + std::to_string(comm().rank()));
  std::string bytes = content(70);
  test::write_bytes(path, bytes);
  seal_file(self, path);
  bytes = test::read_bytes(path);
  const Range mine = share(static_cast<std::int64_t>(bytes.size()), comm().size(), comm().rank());
  for (auto at = static_cast<std::size_t>(mine.begin); at < static_cast<std::size_t>(mine.end); ++at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    test::write_bytes(path, changed);
    const Seal seal = check_seal(self, path);
    EXPECT_TRUE(seal == Seal::broken || (seal == Seal::none && at < 15)) << at;  // without its first line it is no seal
  }
  test::write_bytes(path, bytes);
  EXPECT_EQ(check_seal(self, path), Seal::good);
}

// In a file of several pieces: a bit at the ends of pieces, whichever rank reads it, and pieces that changed places.
TEST(Seal, SeesDamageInEveryPiece) {
  const test::SharedFolder folder;
  const auto path = folder / "file";
  make_sealed(path, 3 * kPiece + 5);
  for (const std::size_t at : {std::size_t{0}, kPiece - 1, kPiece, 2 * kPiece, 3 * kPiece, 3 * kPiece + 4}) {
    test::damage(path, static_cast<std::int64_t>(kSealText + at));
    EXPECT_EQ(check_seal(comm(), path), Seal::broken) << at;
    test::damage(path, static_cast<std::int64_t>(kSealText + at));
  }
  EXPECT_EQ(check_seal(comm(), path), Seal::good);
  const std::string bytes = test::read_bytes(path);
  comm().barrier();
  if (comm().is_root()) {
    std::string swapped = bytes;
    swapped.replace(kSealText, kPiece, bytes, kSealText + kPiece, kPiece).replace(kSealText + kPiece, kPiece, bytes, kSealText, kPiece);
    test::write_bytes(path, swapped);
  }
  comm().barrier();
  EXPECT_EQ(check_seal(comm(), path), Seal::broken);
}

// Files that are too short or too long are broken; without a whole seal, and where there never was one, there is none.
TEST(Seal, Lengths) {
  const test::SharedFolder folder;
  make_sealed(folder / "sealed", 1000);
  const std::string bytes = test::read_bytes(folder / "sealed");
  const auto check = [&](const std::string& changed) {
    comm().barrier();
    if (comm().is_root()) test::write_bytes(folder / "changed", changed);
    comm().barrier();
    return check_seal(comm(), folder / "changed");
  };
  EXPECT_EQ(check(bytes), Seal::good);
  EXPECT_EQ(check(bytes.substr(0, bytes.size() - 1)), Seal::broken);
  EXPECT_EQ(check(bytes.substr(0, kSealSize)), Seal::broken);
  EXPECT_EQ(check(bytes + '\0'), Seal::broken);
  EXPECT_EQ(check(bytes + bytes), Seal::broken);
  EXPECT_EQ(check(bytes.substr(0, kSealSize - 1)), Seal::none);
  EXPECT_EQ(check(""), Seal::none);
  EXPECT_EQ(check(content(1000)), Seal::none);
  EXPECT_EQ(check(std::string("scorefield file\n").append(600, 'x')), Seal::broken);
}

// A file that is not there is an IoError of all ranks.
TEST(Seal, MissingFile) {
  const test::SharedFolder folder;
  for (const auto& action : {std::function<void()>([&] { check_seal(comm(), folder / "missing"); }),
                             std::function<void()>([&] { seal_file(comm(), folder / "missing"); })}) {
    const auto error = test::caught(action);
    EXPECT_TRUE(error.agreed);
    EXPECT_EQ(error.code, ExitCode::io);
    EXPECT_NE(error.message.find("missing"), std::string::npos) << error.message;
  }
}

// The checksum of a sealed file; of any other none, however long its first line is.
TEST(Seal, ItsChecksum) {
  const test::SharedFolder folder;
  const auto path = folder / "file";
  const auto of = [&](const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
    return sealed_checksum(path);
  };
  if (comm().is_root()) {
    EXPECT_EQ(of("scorefield file\nbytes 12\nchecksum 0123456789abcdef\n"), "0123456789abcdef");
    EXPECT_EQ(of("scorefield file\nbytes twelve\nchecksum 0123456789abcdef\n"), "");
    EXPECT_EQ(of("scorefield file\nbytes 12\nchecksum 0123456789abcdeg\n"), "");
    EXPECT_EQ(of("scorefield file\nbytes 12\nchecksum 0123\n"), "");
    EXPECT_EQ(of(std::string(100000, '\0')), "");
    EXPECT_EQ(of(""), "");
  }
}

// The seal stands in the user block, where HDF5 neither writes nor reads.
TEST(Seal, LeavesHdf5Alone) {
  const test::SharedFolder folder;
  const auto path = folder / "file.h5";
  H5File::create(path, comm()).write_all("/data", {3}, std::vector<double>{1, 2, 3});
  EXPECT_EQ(check_seal(comm(), path), Seal::none);
  EXPECT_EQ(H5File::open(path, comm()).read_all("/data"), (std::vector<double>{1, 2, 3}));  // a file without a seal is taken
  seal_file(comm(), path);
  EXPECT_EQ(check_seal(comm(), path), Seal::good);
  EXPECT_EQ(H5File::open(path, comm()).read_all("/data"), (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(check_seal(comm(), path), Seal::good);
  H5File::open_to_write(path, comm()).write_rows("/data", 0, comm().is_root() ? std::vector<double>{7} : std::vector<double>{});
  EXPECT_EQ(check_seal(comm(), path), Seal::broken);
}

}  // namespace
}  // namespace scorefield
