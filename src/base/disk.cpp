#include "base/disk.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "base/raw_file.h"

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

/// Flushes the folder that has this name in it.
void sync_name(const std::filesystem::path& path) { sync_to_disk(path.parent_path().empty() ? "." : path.parent_path()); }

}  // namespace

bool file_exists(const Comm& comm, const std::filesystem::path& path) {
  std::error_code ignored;
  return comm.max(std::int64_t{comm.is_root() && std::filesystem::exists(path, ignored)}) == 1;
}

void sync_to_disk(const std::filesystem::path& path) {
  const RawFile file(path, RawFile::For::reading);
  file.sync();
}

void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code failure;
  std::filesystem::rename(from, to, failure);
  if (failure)
    throw IoError("cannot rename " + from.string() + " to " + to.filename().string() + ": " + failure.message() +
                  cure_of_disk(failure.value()));
  sync_name(to);
}

void make_folder(const std::filesystem::path& path) {
  if (path.empty() || std::filesystem::is_directory(path)) return;
  make_folder(path.parent_path());
  std::error_code failure;
  std::filesystem::create_directory(path, failure);
  if (failure) throw IoError("cannot make the folder " + path.string() + ": " + failure.message() + cure_of_disk(failure.value()));
  sync_name(path);
}

void remove_file(const Comm& comm, const std::filesystem::path& path) {
  require_all(comm, [&] {
    std::error_code failure;
    if (comm.is_root()) std::filesystem::remove(path, failure);
    if (failure) throw IoError("cannot remove " + path.string() + ": " + failure.message() + "; make its folder writable");
  });
}

void reserve_room(const std::filesystem::path& path, std::uint64_t size) {
  if (is_disk_full(path, size, 0)) throw_full(path, size);
}

void give_back_room(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto size = std::filesystem::file_size(path, ignored);
  if (!ignored) std::filesystem::resize_file(path, size, ignored);
}

void create_with_room(const std::filesystem::path& path, std::uint64_t size) {
  if (!is_disk_full(path, size, O_CREAT | O_TRUNC)) return;
  ::unlink(path.c_str());
  throw_full(path, size);
}

}  // namespace scorefield
