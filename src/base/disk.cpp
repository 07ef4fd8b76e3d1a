#include "base/disk.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace scorefield {
namespace {

/// Takes room for the file, which `flags` may create; true if the disk has none.
bool is_disk_full(const std::filesystem::path& path, std::uint64_t size, int flags) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC | flags, 0666);
  if (descriptor < 0) return false;  // whoever writes the file will say why
  const bool failed = ::fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(size)) != 0;
  const bool full = failed && (errno == ENOSPC || errno == EDQUOT);
  ::close(descriptor);
  return full;
}

[[noreturn]] void throw_full(const std::filesystem::path& path, std::uint64_t size) {
  throw IoError("the disk is full: no room for " + std::to_string(size) + " bytes of " + path.string() +
                "; free some disk space and run the same command again, or choose another --run.output");
}

}  // namespace

bool file_exists(const Comm& comm, const std::filesystem::path& path) {
  std::error_code ignored;
  return comm.max(std::int64_t{comm.is_root() && std::filesystem::exists(path, ignored)}) == 1;
}

void sync_to_disk(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool good = descriptor >= 0 && ::fsync(descriptor) == 0;
  const std::string reason = std::strerror(errno);
  if (descriptor >= 0) ::close(descriptor);
  if (!good) throw IoError("cannot flush to disk " + path.string() + ": " + reason + kMakeRoom);
}

void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code failure;
  std::filesystem::rename(from, to, failure);
  if (failure) throw IoError("cannot rename " + from.string() + " to " + to.filename().string() + ": " + failure.message() + kMakeRoom);
  sync_to_disk(to.parent_path().empty() ? "." : to.parent_path());
}

void reserve_room(const std::filesystem::path& path, std::uint64_t size) {
  if (is_disk_full(path, size, 0)) throw_full(path, size);
}

void create_with_room(const std::filesystem::path& path, std::uint64_t size) {
  if (!is_disk_full(path, size, O_CREAT | O_TRUNC)) return;
  ::unlink(path.c_str());
  throw_full(path, size);
}

}  // namespace scorefield
