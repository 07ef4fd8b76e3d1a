// For tests of what happens when a disk is full.
#pragma once

#include <sys/mount.h>

#include <filesystem>
#include <string>

#include "test_support.h"

namespace scorefield::test {

/// A file system of 1 MB; `mounted` is false where this is not allowed.
class SmallDisk {
 public:
  explicit SmallDisk(const SharedFolder& folder) : path_(folder / "disk") {
    if (world().is_root()) {
      std::filesystem::create_directory(path_);
      mounted_ = ::mount("none", path_.c_str(), "tmpfs", 0, "size=1m") == 0;
    }
    world().broadcast(std::span(&mounted_, 1));
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    world().barrier();
    if (world().is_root() && mounted_ != 0) ::umount2(path_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_ != 0; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  /// Collective.
  bool empty() const {
    world().barrier();
    return world().max(std::int64_t{world().is_root() && !std::filesystem::is_empty(path_)}) == 0;
  }

 private:
  std::filesystem::path path_;
  std::int64_t mounted_ = 0;
};

}  // namespace scorefield::test
