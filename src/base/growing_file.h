// Large outputs that are written over hours and survive a kill at any instant.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "base/hdf5.h"

namespace scorefield {

/// An HDF5 file at its full size from the start: partial_path(path) until it is finished, `path` afterwards. Everything but the numbers in
/// its datasets is written before it gets even its first name, so that it can be opened again after a kill at any instant. Which
/// numbers are good is for a checkpoint to say. All functions are collective; errors are agreed on.
class GrowingFile {
 public:
  using Layout = std::function<void(H5File&)>;

  /// A new file; `layout` makes its datasets and attributes. IoError, at once, if the disk has no room for it.
  static GrowingFile create(const std::filesystem::path& path, const Comm& comm, const Layout& layout);
  /// The file that an earlier run left; nothing if anything but the numbers in its datasets was changed since it was created, which is
  /// seen before HDF5 opens it. IoError where it cannot be read.
  static std::optional<GrowingFile> reopen(const std::filesystem::path& path, const Comm& comm);

  H5File& file() { return *file_; }
  /// Closes and seals the file and gives it its name, in place of an older one.
  void finish();

 private:
  GrowingFile(std::filesystem::path path, const Comm& comm, H5File file);

  std::filesystem::path path_;
  const Comm* comm_;
  std::optional<H5File> file_;
};

}  // namespace scorefield
