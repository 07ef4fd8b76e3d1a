#include "base/pending_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace scorefield {
namespace {

void sync_to_disk(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY);
  const bool good = descriptor >= 0 && ::fsync(descriptor) == 0;
  const std::string reason = std::strerror(errno);
  if (descriptor >= 0) ::close(descriptor);
  if (!good) throw IoError("cannot flush " + path.string() + " to disk: " + reason);
}

}  // namespace

PendingFile::PendingFile(std::filesystem::path path, const Comm& comm)
    : path_(std::move(path)), partial_(path_.string() + ".partial"), comm_(comm) {
  file_.emplace(H5File::create(partial_, comm_));
}

PendingFile::~PendingFile() {
  if (!file_ || !may_communicate()) return;
  file_.reset();
  std::error_code ignored;
  if (comm_.is_root()) std::filesystem::remove(partial_, ignored);
}

void PendingFile::commit() {
  file_->close();
  require_all(comm_, [&] {
    if (!comm_.is_root()) return;
    sync_to_disk(partial_);
    std::error_code failure;
    std::filesystem::rename(partial_, path_, failure);
    if (failure) throw IoError("cannot rename " + partial_.string() + ": " + failure.message());
    sync_to_disk(path_.parent_path().empty() ? "." : path_.parent_path());
  });
  file_.reset();
}

}  // namespace scorefield
