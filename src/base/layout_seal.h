// Checksums of files that are being filled: of everything but the parts that are.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace scorefield {

/// A part of a file, in bytes.
struct FilePart {
  std::uint64_t begin = 0;
  std::uint64_t size = 0;
};

/// Writes `filled`, the size of the file and the checksum of everything else but the seals into its bytes 256 to 511, and flushes it to
/// disk. Local; IoError.
void seal_layout(const std::filesystem::path& path, const std::vector<FilePart>& filled);

/// True if everything but the parts to be filled is as it was sealed. Local; IoError where the file cannot be read.
bool has_sealed_layout(const std::filesystem::path& path);

}  // namespace scorefield
