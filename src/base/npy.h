// Arrays in numpy's .npy format (numpy.lib.format, versions 1 to 3), read in parts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace scorefield {

/// The header of a file of little-endian float32 or float64 numbers in C order. Local.
class NpyFile {
 public:
  /// InputError if it is another kind of file, or not as long as its header says; IoError if it cannot be read.
  explicit NpyFile(std::filesystem::path path);

  const std::vector<std::uint64_t>& shape() const { return shape_; }
  /// Numbers first, first + 1, ... in the order of the file.
  void read(std::uint64_t first, std::span<double> values) const;

 private:
  void parse(const std::string& header);

  std::filesystem::path path_;
  std::vector<std::uint64_t> shape_;
  std::uint64_t start_ = 0;  ///< where the numbers begin
  int bytes_ = 8;            ///< of a number
};

}  // namespace scorefield
