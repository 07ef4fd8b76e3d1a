// Text from numbers, and from other text. Local.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace scorefield {

/// What printf would print, of any length.
template <class... Values>
std::string formatted(const char* format, Values... values) {
  std::string text(static_cast<std::size_t>(std::snprintf(nullptr, 0, format, values...)), '\0');
  std::snprintf(text.data(), text.size() + 1, format, values...);
  return text;
}

/// The parts, with the separator between them; of other items what `to_text` makes of each.
template <class Items, class ToText = std::identity>
std::string joined(const Items& items, std::string_view separator, const ToText& to_text = {}) {
  std::string all;
  bool first = true;
  for (const auto& item : items) {
    if (!first) all += separator;
    all += to_text(item);
    first = false;
  }
  return all;
}

/// "1 rank", "2 ranks".
inline std::string counted(std::int64_t number, const std::string& what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

/// The entries of a list with commas, without the blanks around them; "" where there is nothing between two commas or behind the last.
inline std::vector<std::string> entries_of(const std::string& list) {
  std::vector<std::string> entries;
  for (std::size_t begin = 0; !list.empty() && begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    const std::string entry = list.substr(begin, end - begin);
    const std::size_t first = entry.find_first_not_of(" \t"), last = entry.find_last_not_of(" \t");
    entries.push_back(first == std::string::npos ? "" : entry.substr(first, last - first + 1));
    begin = end + 1;
  }
  return entries;
}

}  // namespace scorefield
