// Text from numbers. Local.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>

namespace scorefield {

/// What printf would print, up to 300 characters.
template <class... Values>
std::string formatted(const char* format, Values... values) {
  std::array<char, 301> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

/// "1 rank", "2 ranks".
inline std::string counted(std::int64_t number, const std::string& what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

}  // namespace scorefield
