// One run at a time on an output folder.
#pragma once

#include <filesystem>
#include <string>

namespace scorefield {

/// Holds the file `lock` in a folder, locked by the system as long as this object or its process lives (fcntl), and removes it at the
/// end. The file names its holder. Local: the root of a run takes it.
class FolderLock {
 public:
  /// InputError naming the holder if another process has it; IoError if it cannot be made. `holder`: what is said about this one.
  FolderLock(const std::filesystem::path& folder, const std::string& holder);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

  /// Who holds the folder, or "".
  static std::string holder(const std::filesystem::path& folder);

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

/// "pid 4711 on node17". Local.
std::string this_process();

}  // namespace scorefield
