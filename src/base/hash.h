// A stable hash of text, for fingerprints and derived seeds.
#pragma once

#include <cstdint>
#include <string_view>

namespace scorefield {

/// FNV-1a, 64 bits.
constexpr std::uint64_t hash_text(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char letter : text) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3ULL;
  return hash;
}

}  // namespace scorefield
