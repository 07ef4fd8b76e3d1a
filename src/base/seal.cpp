#include "base/seal.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "base/hash.h"
#include "base/raw_file.h"

namespace scorefield {
namespace {

constexpr std::uint64_t kPiece = 1 << 20;
constexpr std::string_view kFirstLine = "scorefield file";

std::uint64_t size_of(const Comm& comm, const std::filesystem::path& path) {
  std::int64_t size = 0;
  require_all(comm, [&] {
    std::error_code failure;
    if (comm.is_root()) size = static_cast<std::int64_t>(std::filesystem::file_size(path, failure));
    if (failure) throw IoError("cannot read " + path.string() + ": " + failure.message());
  });
  comm.broadcast(std::span(&size, 1));
  return static_cast<std::uint64_t>(size);
}

/// Checksum of all bytes behind the seal: pieces of 1 MiB, each a word of a sum that does not care which rank read it.
std::uint64_t checksum(const Comm& comm, const std::filesystem::path& path, std::uint64_t size) {
  const std::uint64_t pieces = (std::max(size, kSealText) - kSealText + kPiece - 1) / kPiece;
  const Range mine = share(static_cast<std::int64_t>(pieces), comm.size(), comm.rank());
  std::uint64_t total = 0;
  require_all(comm, [&] {
    const RawFile file(path, RawFile::For::reading);
    std::vector<char> buffer;
    for (std::int64_t piece = mine.begin; piece < mine.end; ++piece) {
      const std::uint64_t begin = kSealText + static_cast<std::uint64_t>(piece) * kPiece;
      buffer.resize(std::min(kPiece, size - begin));
      file.read(buffer, begin);
      total += hash_at(static_cast<std::uint64_t>(piece), hash_bytes(std::as_bytes(std::span(buffer))));
    }
  });
  comm.sum(std::span(&total, 1));
  return total;
}

/// A file that nobody sealed: zeros in place of the seal, or no room for one before HDF5's first bytes; or no HDF5 file at all.
bool is_unsealed(std::span<const char, kSealSize> start, std::span<const char> behind) {
  const auto is_hdf5 = [](std::span<const char> bytes) {
    return bytes.size() >= 8 && std::memcmp(bytes.data(), "\x89HDF\r\n\x1a\n", 8) == 0;
  };
  return std::all_of(start.begin(), start.end(), [](char c) { return c == 0; }) || is_hdf5(start) || !is_hdf5(behind);
}

std::string seal_text(std::uint64_t size, std::uint64_t sum) {
  std::string text = std::string(kFirstLine) + "\nbytes " + std::to_string(size) + "\nchecksum " + hex_digits(sum) + "\n";
  text.resize(kSealText, '\0');
  return text;
}

}  // namespace

void seal_file(const Comm& comm, const std::filesystem::path& path) {
  const std::uint64_t size = size_of(comm, path);
  const std::uint64_t sum = checksum(comm, path, size);
  require_all(comm, [&] {
    if (!comm.is_root()) return;
    const RawFile file(path, RawFile::For::writing);
    file.write(seal_text(size, sum), 0);
    file.sync();
  });
}

void publish(const Comm& comm, const std::filesystem::path& partial, const std::filesystem::path& path) {
  seal_file(comm, partial);
  require_all(comm, [&] {
    if (comm.is_root()) rename_durably(partial, path);
  });
}

std::string sealed_checksum(const std::filesystem::path& path) {
  std::string text(kSealText, '\0');
  std::ifstream(path, std::ios::binary).read(text.data(), static_cast<std::streamsize>(text.size()));
  std::istringstream lines(text);
  std::string first, bytes, word, digits;
  std::uint64_t size = 0;
  std::getline(lines, first);
  lines >> bytes >> size >> word >> digits;
  const bool sealed = first == kFirstLine && bytes == "bytes" && word == "checksum" && digits.size() == 16;
  return sealed && digits.find_first_not_of("0123456789abcdef") == std::string::npos ? digits : "";
}

Seal check_seal(const Comm& comm, const std::filesystem::path& path) {
  const std::uint64_t size = size_of(comm, path);
  std::array<char, kSealSize> text{};
  std::array<char, 8> behind{};
  require_all(comm, [&] {
    const RawFile file(path, RawFile::For::reading);
    if (size >= kSealSize) file.read(text, 0);
    if (size >= kSealSize + behind.size()) file.read(behind, kSealSize);
  });
  const bool has_seal = std::equal(kFirstLine.begin(), kFirstLine.end(), text.begin());
  if (!has_seal) return is_unsealed(text, behind) ? Seal::none : Seal::broken;
  const auto right = seal_text(size, checksum(comm, path, size));
  return std::equal(right.begin(), right.end(), text.begin()) ? Seal::good : Seal::broken;
}

}  // namespace scorefield
