#include "deck/keys.h"

#include <algorithm>
#include <charconv>
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
  const auto& keys = all_keys();
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const Key& k) { return k.full_name() == full_name; });
  return found == keys.end() ? nullptr : &*found;
}

std::string nearest_key(const std::string& full_name) {
  const auto& keys = all_keys();
  const auto nearest = std::min_element(keys.begin(), keys.end(), [&](const Key& a, const Key& b) {
    return edit_distance(a.full_name(), full_name) < edit_distance(b.full_name(), full_name);
  });
  return nearest->full_name();
}

}  // namespace scorefield
