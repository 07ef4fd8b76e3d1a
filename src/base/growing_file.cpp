#include "base/growing_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/seal.h"

namespace scorefield {
namespace {

/// Takes the room for all of a sparse file from the disk. A file system that cannot do so finds out later.
void reserve(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  const auto size = static_cast<off_t>(std::filesystem::file_size(path));
  const bool full = descriptor >= 0 && size > 0 && ::fallocate(descriptor, 0, 0, size) != 0 && (errno == ENOSPC || errno == EDQUOT);
  if (descriptor >= 0) ::close(descriptor);
  if (!full) return;
  std::filesystem::remove(path);
  throw IoError("the disk is full: " + path.parent_path().string() + " has no room for " + std::to_string(size) +
                " bytes; free some, or choose another --run.output, and run again");
}

}  // namespace

GrowingFile::GrowingFile(const std::filesystem::path& path, const Comm& comm, H5File file)
    : path_(path), comm_(&comm), file_(std::move(file)) {}

GrowingFile GrowingFile::create(const std::filesystem::path& path, const Comm& comm, const Layout& layout) {
  const std::filesystem::path aside = partial(path).string() + ".new";
  {
    H5File file = H5File::create_on_root(aside, comm);
    layout(file);
    file.close();
  }
  require_all(comm, [&] {
    if (!comm.is_root()) return;
    reserve(aside);
    sync_to_disk(aside);
    rename_durably(aside, partial(path));
  });
  return reopen(path, comm);
}

GrowingFile GrowingFile::reopen(const std::filesystem::path& path, const Comm& comm) {
  return GrowingFile(path, comm, H5File::open_to_write(partial(path), comm));
}

void GrowingFile::finish() {
  file_->close();
  file_.reset();
  seal_file(*comm_, partial(path_));
  require_all(*comm_, [&] {
    if (comm_->is_root()) rename_durably(partial(path_), path_);
  });
}

}  // namespace scorefield
