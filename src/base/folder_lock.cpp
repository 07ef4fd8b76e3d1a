#include "base/folder_lock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/error.h"

namespace scorefield {
namespace {

constexpr const char* kCure = "; make the folder writable and its disk not full, or choose another --run.output";

constexpr std::size_t kLongest = 256;  // of a line that names a holder

std::string first_line(const std::filesystem::path& path) {
  std::string text(kLongest, '\0');
  std::ifstream stream(path);
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text.substr(0, text.find('\n'));
}

/// A lock of this type on a whole file, for fcntl. Locks of open files, not of processes, on network file systems, too.
struct ::flock whole_file(short type) {
  struct ::flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

/// True if the open file is still the one of this name (its last holder may have removed it meanwhile).
bool is_current(int descriptor, const std::filesystem::path& path) {
  struct stat open {
  }, named{};
  return ::fstat(descriptor, &open) == 0 && ::stat(path.c_str(), &named) == 0 && open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder, const std::string& holder) : path_(folder / "lock") {
  while (true) {
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor_ < 0) throw IoError("cannot make " + path_.string() + ": " + std::strerror(errno) + kCure);
    const struct ::flock wanted = whole_file(F_WRLCK);
    if (::fcntl(descriptor_, F_OFD_SETLK, &wanted) != 0) {
      const bool taken = errno == EAGAIN || errno == EACCES;
      const std::string reason = std::strerror(errno);
      ::close(descriptor_);
      if (!taken) throw IoError("cannot lock " + path_.string() + ": " + reason + "; choose a --run.output on a file system with locks");
      throw InputError(folder.string() + " is in use by " + first_line(path_) +
                       ": wait for it (scorefield status shows how far it is), or choose another --run.output");
    }
    if (is_current(descriptor_, path_)) break;
    ::close(descriptor_);
  }
  const std::string line = holder + "\n";
  if (::ftruncate(descriptor_, 0) != 0 || ::pwrite(descriptor_, line.data(), line.size(), 0) != static_cast<ssize_t>(line.size())) {
    const std::string reason = std::strerror(errno);
    ::unlink(path_.c_str());
    ::close(descriptor_);
    throw IoError("cannot write " + path_.string() + ": " + reason + kCure);
  }
}

FolderLock::~FolderLock() {
  ::unlink(path_.c_str());
  ::close(descriptor_);
}

std::string FolderLock::holder(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "lock";
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return "";
  struct ::flock conflict = whole_file(F_RDLCK);
  const bool taken = ::fcntl(descriptor, F_OFD_GETLK, &conflict) == 0 && conflict.l_type != F_UNLCK;
  ::close(descriptor);
  return taken ? first_line(path) : "";
}

std::string this_process() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return "pid " + std::to_string(::getpid()) + " on " + host.data();
}

}  // namespace scorefield
