// Bytes of a file, without HDF5.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace scorefield {

/// An open file. All functions are local and throw IoError.
class RawFile {
 public:
  enum class For { reading, writing };
  RawFile(std::filesystem::path path, For purpose);
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;
  ~RawFile();

  /// Reads or writes all of the span at this offset.
  void read(std::span<char> into, std::uint64_t offset) const;
  void write(std::span<const char> from, std::uint64_t offset) const;
  /// Flushes the file, or folder, to disk.
  void sync() const;
  std::uint64_t size() const;

 private:
  [[noreturn]] void fail(const char* what) const;

  std::filesystem::path path_;
  int number_;
};

}  // namespace scorefield
