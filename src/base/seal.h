// Checksums of whole files, kept in the first 512 bytes of the file (the user block that HDF5 leaves to its users).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/mpi.h"

namespace scorefield {

/// Bytes before the HDF5 part of a file. The seal is readable text there: `head -c 512 FILE`.
inline constexpr std::uint64_t kSealSize = 512;
/// Of these, the seal of a finished file has the first half, that of an unfinished one the second (layout_seal.h): where a kill comes
/// between a file's seal and its name, both are good.
inline constexpr std::uint64_t kSealText = 256;

enum class Seal {
  good,    ///< the file is as it was sealed
  none,    ///< there is no seal: a file of someone else, or one that was rewritten by other tools
  broken,  ///< the file was damaged or changed after it was sealed
};

/// Writes the size and the checksum of everything behind the first 256 bytes into them, and flushes the file to disk. Each rank reads
/// its share of the file. Collective; IoError, agreed on.
void seal_file(const Comm& comm, const std::filesystem::path& path);

/// Seals a file that is finished and gives it its name, in place of an older one. Collective; IoError, agreed on.
void publish(const Comm& comm, const std::filesystem::path& partial, const std::filesystem::path& path);

/// The checksum that the seal of a file says, 16 hexadecimal digits; "" if there is none. Local.
std::string sealed_checksum(const std::filesystem::path& path);

/// Compares the file with its seal, without HDF5. Collective; IoError, agreed on, where it cannot be read.
Seal check_seal(const Comm& comm, const std::filesystem::path& path);

}  // namespace scorefield
