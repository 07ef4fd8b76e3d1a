#include "base/seal.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "base/hash.h"

namespace scorefield {
namespace {

constexpr std::uint64_t kPiece = 1 << 20;
constexpr const char* kFormat = "scorefield file\nbytes %" PRIu64 "\nchecksum %016" PRIx64 "\n";

/// An open file descriptor.
class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags) : path_(path), number_(::open(path.c_str(), flags | O_CLOEXEC)) {
    if (number_ < 0) fail("open");
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { ::close(number_); }

  void read(std::span<char> into, std::uint64_t offset) const {
    for (std::size_t done = 0; done < into.size();) {
      const ssize_t count = ::pread(number_, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) fail("read");
      done += static_cast<std::size_t>(count);
    }
  }
  void write(std::span<const char> from, std::uint64_t offset) const {
    for (std::size_t done = 0; done < from.size();) {
      const ssize_t count = ::pwrite(number_, from.data() + done, from.size() - done, static_cast<off_t>(offset + done));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) fail("write");
      done += static_cast<std::size_t>(count);
    }
  }
  void sync() const {
    if (::fsync(number_) != 0) fail("flush to disk");
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    throw IoError(std::string("cannot ") + what + " " + path_.string() + ": " + std::strerror(errno) +
                  (std::strcmp(what, "open") == 0 || std::strcmp(what, "read") == 0 ? "" : kMakeRoom));
  }

  std::filesystem::path path_;
  int number_;
};

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
  const std::uint64_t pieces = (std::max(size, kSealSize) - kSealSize + kPiece - 1) / kPiece;
  const Range mine = share(static_cast<std::int64_t>(pieces), comm.size(), comm.rank());
  std::int64_t sum = 0;
  require_all(comm, [&] {
    const Descriptor file(path, O_RDONLY);
    std::vector<char> buffer;
    std::uint64_t total = 0;
    for (std::int64_t piece = mine.begin; piece < mine.end; ++piece) {
      const std::uint64_t begin = kSealSize + static_cast<std::uint64_t>(piece) * kPiece;
      buffer.resize(std::min(kPiece, size - begin));
      file.read(buffer, begin);
      total += hash_at(static_cast<std::uint64_t>(piece), hash_bytes(std::as_bytes(std::span(buffer))));
    }
    sum = static_cast<std::int64_t>(total);
  });
  comm.sum(std::span(&sum, 1));
  return static_cast<std::uint64_t>(sum);
}

/// A file that nobody sealed: zeros in place of the seal, or no room for one before HDF5's first bytes; or no HDF5 file at all.
bool is_unsealed(std::span<const char, kSealSize> start, std::span<const char> behind) {
  const auto is_hdf5 = [](std::span<const char> bytes) {
    return bytes.size() >= 8 && std::memcmp(bytes.data(), "\x89HDF\r\n\x1a\n", 8) == 0;
  };
  return std::all_of(start.begin(), start.end(), [](char c) { return c == 0; }) || is_hdf5(start) || !is_hdf5(behind);
}

std::array<char, kSealSize> seal_text(std::uint64_t size, std::uint64_t sum) {
  std::array<char, kSealSize> text{};
  std::snprintf(text.data(), text.size(), kFormat, size, sum);
  return text;
}

}  // namespace

bool file_exists(const Comm& comm, const std::filesystem::path& path) {
  std::error_code ignored;
  return comm.max(std::int64_t{comm.is_root() && std::filesystem::exists(path, ignored)}) == 1;
}

void sync_to_disk(const std::filesystem::path& path) { Descriptor(path, O_RDONLY).sync(); }

void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code failure;
  std::filesystem::rename(from, to, failure);
  if (failure) throw IoError("cannot rename " + from.string() + " to " + to.filename().string() + ": " + failure.message() + kMakeRoom);
  sync_to_disk(to.parent_path().empty() ? "." : to.parent_path());
}

void seal_file(const Comm& comm, const std::filesystem::path& path) {
  const std::uint64_t size = size_of(comm, path);
  const std::uint64_t sum = checksum(comm, path, size);
  require_all(comm, [&] {
    if (!comm.is_root()) return;
    const Descriptor file(path, O_WRONLY);
    file.write(seal_text(size, sum), 0);
    file.sync();
  });
}

Seal check_seal(const Comm& comm, const std::filesystem::path& path) {
  const std::uint64_t size = size_of(comm, path);
  std::array<char, kSealSize> text{};
  std::array<char, 8> behind{};
  require_all(comm, [&] {
    const Descriptor file(path, O_RDONLY);
    if (size >= kSealSize) file.read(text, 0);
    if (size >= kSealSize + behind.size()) file.read(behind, kSealSize);
  });
  std::uint64_t sealed_size = 0, sealed_sum = 0;
  const bool begins_well = std::strncmp(text.data(), kFormat, std::strcspn(kFormat, "\n")) == 0;
  if (!begins_well) return is_unsealed(text, behind) ? Seal::none : Seal::broken;
  if (std::sscanf(std::string(text.data(), text.size()).c_str(), "scorefield file\nbytes %" SCNu64 "\nchecksum %" SCNx64, &sealed_size,
                  &sealed_sum) != 2)
    return Seal::broken;
  if (text != seal_text(sealed_size, sealed_sum) || size != sealed_size) return Seal::broken;
  return checksum(comm, path, size) == sealed_sum ? Seal::good : Seal::broken;
}

}  // namespace scorefield
