#include "deck/keys.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <numeric>

#include "deck/key_table.h"

namespace scorefield {

namespace {

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replace});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string shortest(double value) {
  std::string text(32, '\0');
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value);
  text.resize(static_cast<std::size_t>(result.ptr - text.data()));
  return text;
}

const std::vector<Key>& all_keys() {
  static const std::vector<Key> keys = key_table();
  return keys;
}

const Key* find_key(const std::string& full_name) {
  static const std::map<std::string, const Key*> by_name = [] {
    std::map<std::string, const Key*> names;
    for (const Key& key : all_keys()) names.emplace(key.full_name(), &key);
    return names;
  }();
  const auto found = by_name.find(full_name);
  return found == by_name.end() ? nullptr : found->second;
}

std::string nearest_key(const std::string& full_name) {
  constexpr std::size_t kCompared = 64;  // characters: more than any key has
  const std::string name = full_name.substr(0, kCompared);
  const std::string last = name.substr(name.find('.') + 1);
  const auto same_name = [&](const Key& key) { return key.name == last; };  // in another section
  const bool elsewhere = std::any_of(all_keys().begin(), all_keys().end(), same_name);
  std::string nearest;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (const Key& key : all_keys()) {
    if (elsewhere && !same_name(key)) continue;
    const std::size_t distance = edit_distance(key.full_name(), name);
    if (distance >= least) continue;
    least = distance;
    nearest = key.full_name();
  }
  return nearest;
}

}  // namespace scorefield
