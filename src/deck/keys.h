// The one table of deck keys: type, default, range, unit, meaning, and how a key is read and written.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "deck/params.h"

namespace scorefield {

/// What changing a key means for outputs that exist.
enum class KeyClass {
  physics,  ///< other results: a change makes the stage's output stale
  extend,   ///< more of the same: a number of samples or steps
  select,   ///< which of several independent outputs are made
  free,     ///< how, not what: threads, folders
};

struct Key {
  std::string section;
  std::string name;
  std::string type;
  std::string range;
  std::string unit;
  std::string meaning;
  KeyClass key_class;
  /// Reads the text into the parameters. Throws std::invalid_argument with what was expected.
  std::function<void(Params&, const std::string&)> set;
  std::function<std::string(const Params&)> get;
  /// In which decks the key means something; in others it is not part of the resolved deck, and an error.
  struct Condition {
    std::string text;  ///< "a model on a lattice"
    bool (*holds)(const Params&) = nullptr;
    /// In which decks it may stand nevertheless and wait for another key that gives it a meaning; nowhere if there is none.
    bool (*may_wait)(const Params&) = nullptr;
  } condition{};

  bool applies(const Params& params) const { return condition.holds == nullptr || condition.holds(params); }

  std::string full_name() const { return section + "." + name; }
};

/// All keys, in the order of the help.
const std::vector<Key>& all_keys();

/// The key with this full name, or nullptr.
const Key* find_key(const std::string& full_name);

/// The known key nearest to `full_name` in edit distance.
std::string nearest_key(const std::string& full_name);

/// A number in the shortest form that reads back as the same double.
std::string shortest(double value);

}  // namespace scorefield
