// Output files that are whole or not there.
#pragma once

#include <filesystem>
#include <optional>

#include "base/hdf5.h"

namespace scorefield {

/// A file that appears under its name only when it is complete: written as `path`.partial, closed,
/// flushed to disk and renamed by `commit`. Without commit (an error) the partial file is removed.
class PendingFile {
 public:
  PendingFile(std::filesystem::path path, const Comm& comm);
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile();

  H5File& file() { return *file_; }
  /// Collective.
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path partial_;
  const Comm& comm_;
  std::optional<H5File> file_;
};

}  // namespace scorefield
