// Files whose checksum was compared in this run.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>

#include "base/hdf5.h"
#include "base/seal.h"

namespace scorefield {

/// Opens files for reading and remembers what their seals said, because every stage reads what earlier ones made. A file that is another
/// one now (inode, size or time of its last change) is verified again.
class VerifiedFiles {
 public:
  /// As H5File::open. Collective.
  H5File open(const Comm& comm, const std::filesystem::path& path);
  /// As check_seal, for ranks that open the file by themselves. Collective.
  Seal seal(const Comm& comm, const std::filesystem::path& path);

 private:
  using Identity = std::array<std::int64_t, 4>;
  static Identity identity(const Comm& comm, const std::filesystem::path& path);

  struct Known {
    Identity identity;
    Seal seal;
  };
  /// What was said of this very file, if anything.
  std::optional<Seal> known(const std::filesystem::path& path, const Identity& identity) const;
  std::map<std::filesystem::path, Known> known_;
};

}  // namespace scorefield
