#include "base/growing_file.h"

#include <utility>

#include "base/disk.h"
#include "base/layout_seal.h"
#include "base/seal.h"

namespace scorefield {

GrowingFile::GrowingFile(std::filesystem::path path, const Comm& comm, H5File file)
    : path_(std::move(path)), comm_(&comm), file_(std::move(file)) {}

GrowingFile GrowingFile::create(const std::filesystem::path& path, const Comm& comm, const Layout& layout) {
  const std::filesystem::path aside = partial_path(path).string() + ".new";
  try {
    H5File file = H5File::create(aside, comm);
    layout(file);
    const auto filled_later = file.unwritten();
    file.close();
    require_all(comm, [&] {
      if (!comm.is_root()) return;
      seal_layout(aside, filled_later);
      rename_durably(aside, partial_path(path));
    });
  } catch (const AgreedError&) {
    std::error_code ignored;
    if (comm.is_root()) std::filesystem::remove(aside, ignored);
    throw;
  }
  return GrowingFile(path, comm, H5File::open_to_write(partial_path(path), comm));
}

std::optional<GrowingFile> GrowingFile::reopen(const std::filesystem::path& path, const Comm& comm) {
  std::int64_t good = 1;
  require_all(comm, [&] {
    if (comm.is_root()) good = has_sealed_layout(partial_path(path)) ? 1 : 0;
  });
  if (comm.min(good) == 0) return std::nullopt;
  return GrowingFile(path, comm, H5File::open_to_write(partial_path(path), comm));
}

void GrowingFile::finish() {
  file_->close();
  file_.reset();
  publish(*comm_, partial_path(path_), path_);
}

}  // namespace scorefield
