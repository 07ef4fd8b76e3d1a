// Text from numbers. Local.
#pragma once

#include <array>
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

}  // namespace scorefield
