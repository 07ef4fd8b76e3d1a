#include "base/pending_file.h"

#include <utility>

#include "base/disk.h"
#include "base/seal.h"

namespace scorefield {

PendingFile::PendingFile(std::filesystem::path path, const Comm& comm)
    : path_(std::move(path)), partial_(partial_path(path_)), comm_(comm) {
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
  publish(comm_, partial_, path_);
  file_.reset();
}

}  // namespace scorefield
