// A file in memory for readers that want a path.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>

namespace scorefield::fuzz {

inline std::filesystem::path scratch_file(const unsigned char* data, std::size_t size) {
  const std::filesystem::path path = "/dev/shm/scorefield-fuzz-" + std::to_string(::getpid());
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  for (std::size_t i = 0; i < size; ++i) file.put(static_cast<char>(data[i]));
  return path;
}

}  // namespace scorefield::fuzz
