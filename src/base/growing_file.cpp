#include "base/growing_file.h"

#include <utility>

#include "base/disk.h"
#include "base/seal.h"

namespace scorefield {

GrowingFile::GrowingFile(std::filesystem::path path, const Comm& comm, H5File file)
    : path_(std::move(path)), comm_(&comm), file_(std::move(file)) {}

GrowingFile GrowingFile::create(const std::filesystem::path& path, const Comm& comm, const Layout& layout) {
  const std::filesystem::path aside = partial(path).string() + ".new";
  try {
    H5File file = H5File::create(aside, comm);
    layout(file);
    file.close();
    require_all(comm, [&] {
      if (!comm.is_root()) return;
      sync_to_disk(aside);
      rename_durably(aside, partial(path));
    });
  } catch (const AgreedError&) {
    std::error_code ignored;
    if (comm.is_root()) std::filesystem::remove(aside, ignored);
    throw;
  }
  return reopen(path, comm);
}

GrowingFile GrowingFile::reopen(const std::filesystem::path& path, const Comm& comm) {
  return GrowingFile(path, comm, H5File::open_to_write(partial(path), comm));
}

void GrowingFile::finish() {
  file_->close();
  file_.reset();
  publish(*comm_, partial(path_), path_);
}

}  // namespace scorefield
