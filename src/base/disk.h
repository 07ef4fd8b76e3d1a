// Files as the disk sees them.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/mpi.h"

namespace scorefield {

/// Where a file of this name is written until it is complete.
inline std::filesystem::path partial_path(const std::filesystem::path& path) { return path.string() + ".partial"; }

/// True if the root sees a file or folder of this name. Collective.
bool file_exists(const Comm& comm, const std::filesystem::path& path);

/// Flushes a file or a folder to disk. Local; IoError.
void sync_to_disk(const std::filesystem::path& path);

/// Renames `from` to `to` and flushes the folder, so that after a kill or a power failure one of the two names is there. Local; IoError.
void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to);

/// Makes a folder with all above it, and flushes their names to disk. Nothing where it is there. Local; IoError.
void make_folder(const std::filesystem::path& path);

/// Removes a file, if it is there. Collective; IoError, agreed on.
void remove_file(const Comm& comm, const std::filesystem::path& path);

/// Takes the room for the first `size` bytes of a file from the disk, without making it longer. A file system that cannot do so finds
/// out later. Local; IoError if the disk is full.
void reserve_room(const std::filesystem::path& path, std::uint64_t size);

/// Gives back what was taken and not used. Local.
void give_back_room(const std::filesystem::path& path);

/// The same as reserve_room for a new file, in place of an older one, which is not left behind where there is no room for it. Local;
/// IoError.
void create_with_room(const std::filesystem::path& path, std::uint64_t size);

}  // namespace scorefield
