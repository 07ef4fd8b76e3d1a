// Small files from which unfinished work goes on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/mpi.h"

namespace scorefield {

/// State of unfinished work: what it is (a fingerprint), how much is asked for, how much is committed, and arrays of numbers.
struct Checkpoint {
  std::string fingerprint;
  std::string deck;  ///< that the work was begun with, for messages
  std::int64_t wanted = 0;
  std::int64_t committed = 0;
  std::map<std::string, std::vector<double>> arrays;  ///< by names without slashes
  std::map<std::string, std::int64_t> integers;
};

/// Writes the root's checkpoint aside, seals it, keeps the last one as `path`.previous and renames the new one to `path`: whenever the
/// program is killed, one of the two is whole. All numbers float64 or int64. Collective; IoError, agreed on.
void write_checkpoint(const Comm& comm, const std::filesystem::path& path, const Checkpoint& checkpoint);

/// The newest checkpoint that is whole, on every rank; nothing if there is none. InputError if there are only damaged ones. Collective.
std::optional<Checkpoint> read_checkpoint(const Comm& comm, const std::filesystem::path& path);

/// The one before the newest.
std::filesystem::path previous_checkpoint(const std::filesystem::path& path);

/// Removes both, what a kill left of a third, and the folder if nothing else is in it. Collective.
void remove_checkpoint(const Comm& comm, const std::filesystem::path& path);

}  // namespace scorefield
