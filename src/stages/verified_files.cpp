#include "stages/verified_files.h"

#include <sys/stat.h>

namespace scorefield {

VerifiedFiles::Identity VerifiedFiles::identity(const Comm& comm, const std::filesystem::path& path) {
  Identity result{};
  struct stat status {};
  if (comm.is_root() && ::stat(path.c_str(), &status) == 0) {
    result = {static_cast<std::int64_t>(status.st_ino), status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
  }
  comm.broadcast(std::span(result));
  return result;
}

std::optional<Seal> VerifiedFiles::known(const std::filesystem::path& path, const Identity& identity) const {
  const auto before = known_.find(path);
  if (before == known_.end() || before->second.identity != identity) return std::nullopt;
  return before->second.seal;
}

Seal VerifiedFiles::seal(const Comm& comm, const std::filesystem::path& path) {
  const Identity now = identity(comm, path);
  if (const auto before = known(path, now)) return *before;
  const Seal seal = check_seal(comm, path);
  if (seal != Seal::broken) known_[path] = {now, seal};
  return seal;
}

H5File VerifiedFiles::open(const Comm& comm, const std::filesystem::path& path) {
  const Identity now = identity(comm, path);
  if (const auto before = known(path, now)) return H5File::open(path, comm, *before);
  H5File file = H5File::open(path, comm);
  known_[path] = {now, file.sealed() ? Seal::good : Seal::none};
  return file;
}

}  // namespace scorefield
