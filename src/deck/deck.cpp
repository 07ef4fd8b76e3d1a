#include "deck/deck.h"

#include <algorithm>
#include <boost/program_options.hpp>
#include <map>
#include <sstream>
#include <stdexcept>

#include "base/error.h"
#include "deck/contradictions.h"
#include "deck/defaults.h"
#include "deck/keys.h"

namespace scorefield {
namespace {

namespace po = boost::program_options;

constexpr const char* kBlanks = " \t\r";
constexpr std::size_t kLongest =
    60'000;  // characters of a resolved deck: each output carries it in an attribute, whose size HDF5 limits to 64 KiB
constexpr std::size_t kQuoted = 60;  // characters of a wrong value that a message repeats

std::string strip(const std::string& line) {
  const std::string content = line.substr(0, line.find('#'));
  const auto first = content.find_first_not_of(kBlanks);
  if (first == std::string::npos) return "";
  return content.substr(first, content.find_last_not_of(kBlanks) - first + 1);
}

/// What was written, no longer than a message should be.
std::string shown(const std::string& text) { return text.size() <= kQuoted ? text : text.substr(0, kQuoted) + "..."; }

/// The text without the mark that editors on Windows put before UTF-8.
std::string without_mark(const std::string& text) { return text.rfind("\xEF\xBB\xBF", 0) == 0 ? text.substr(3) : text; }

std::string unknown_key(const std::string& where, const std::string& name) {
  if (name.find('.') == std::string::npos && where == "command line") {
    return where + ": unknown option --" + shown(name) + ": expected --overwrite or --section.key=value (scorefield --help lists all)";
  }
  return where + ": unknown key " + shown(name) + "; the nearest known one is " + nearest_key(name) + " (scorefield --help lists all)";
}

/// InputError if no key is in a section of this name.
void require_section(const std::string& name, const std::string& where) {
  if (is_section(name)) return;
  std::string sections;
  for (const Key& key : all_keys()) {
    if (sections.find("[" + key.section + "]") == std::string::npos) sections += " [" + key.section + "]";
  }
  throw InputError(where + ": unknown section [" + shown(name) + "]: expected one of" + sections);
}

/// The name in "[name]".
std::string read_section(const std::string& line, const std::string& where) {
  std::string name = line.substr(1, line.size() - 2);
  if (line.back() != ']' || name.empty() || name != strip(name)) throw InputError(where + ": a section is written [name], such as [model]");
  require_section(name, where);
  return name;
}

/// What no line of a deck may hold.
void check_characters(const std::string& raw, const std::string& where) {
  if (raw.find('\0') != std::string::npos) throw InputError(where + ": not a text file: save the deck as plain text (UTF-8)");
  const auto comment = raw.find('#');
  if (comment != std::string::npos && comment > 0 && std::string(kBlanks).find(raw[comment - 1]) == std::string::npos) {
    throw InputError(where + ": a value holds no #: put a blank before the # of a comment, or choose a value without one");
  }
}

/// Line of each key in the file; throws where a line is no section, key or comment, or a key is unknown or doubled.
std::map<std::string, int> scan_lines(const std::string& file, const std::string& text) {
  std::map<std::string, int> lines;
  std::istringstream stream(text);
  std::string section;
  int number = 0;
  for (std::string raw; std::getline(stream, raw);) {
    ++number;
    const std::string where = file + ":" + std::to_string(number);
    check_characters(raw, where);
    const std::string line = strip(raw);
    if (line.empty()) continue;
    if (line.front() == '[') {
      section = read_section(line, where);
      continue;
    }
    const auto equals = line.find('=');
    if (equals == std::string::npos || line.front() == ';') throw InputError(where + ": expected key = value, [section] or # comment");
    if (line.find(" ;") != std::string::npos) throw InputError(where + ": comments begin with #, not with ;");
    if (section.empty()) throw InputError(where + ": a key before the first [section]: put a line such as [model] before it");
    const std::string name = section + "." + strip(line.substr(0, equals));
    if (find_key(name) == nullptr) throw InputError(unknown_key(where, name));
    if (!lines.emplace(name, number).second) {
      throw InputError(where + ": " + name + " stands already in line " + std::to_string(lines[name]) + ": keep one of the two");
    }
  }
  return lines;
}

const po::options_description& boost_options() {
  static const po::options_description all = [] {
    po::options_description options;
    for (const Key& key : all_keys()) options.add_options()(key.full_name().c_str(), po::value<std::string>());
    return options;
  }();
  return all;
}

void set_key(Deck& deck, const std::string& name, const std::string& value, const std::string& where) {
  try {
    find_key(name)->set(deck.params, value);
  } catch (const std::invalid_argument& expected) {
    throw InputError(where + ": " + name + " = " + shown(value) + ": expected " + expected.what());
  }
  deck.places[name] = where;
}

void read_file(Deck& deck, const std::string& text) {
  const auto lines = scan_lines(deck.path.string(), text);
  std::istringstream stream(text);
  for (const auto& option : po::parse_config_file(stream, boost_options()).options) {
    set_key(deck, option.string_key, option.value.empty() ? "" : option.value.back(),
            deck.path.string() + ":" + std::to_string(lines.at(option.string_key)));
  }
}

void read_overrides(Deck& deck, const std::vector<std::string>& overrides) {
  for (const std::string& item : overrides) {
    if (item.rfind("--", 0) != 0) throw InputError("command line: " + shown(item) + ": expected --section.key=value");
    const std::string name = item.substr(2, item.find('=') - 2);
    if (find_key(name) == nullptr) throw InputError(unknown_key("command line", name));
    if (item.find_first_of("\n#") != std::string::npos)
      throw InputError("command line: " + name + ": a value holds no line break and no #: choose one without");
    if (item.find('=') == std::string::npos) throw InputError("command line: " + item + " needs a value: " + item + "=...");
  }
  // Boost's command line refuses --key= with nothing behind; its config lines take it.
  std::string lines;
  for (const std::string& item : overrides) lines += item.substr(2) + "\n";
  std::istringstream stream(lines);
  for (const auto& option : po::parse_config_file(stream, boost_options()).options) {
    set_key(deck, option.string_key, option.value.empty() ? "" : option.value.back(), "command line");
  }
}

/// The entry of a list that belongs to a score, of a list that may have one entry for all.
template <class T>
const T& entry(const std::vector<T>& list, std::size_t index) {
  return list.size() == 1 ? list[0] : list[index];
}

}  // namespace

std::string Deck::as_typed() const {
  std::string text = path.string();
  for (const std::string& item : overrides) {
    const char* quote = item.find(' ') == std::string::npos ? "" : "'";
    text.append(" ").append(quote).append(item).append(quote);
  }
  return text;
}

std::string Deck::place_of(const std::vector<std::string>& keys) const {
  for (const std::string& key : keys) {
    const auto found = places.find(key);
    if (found != places.end()) return found->second + ": ";
  }
  return "";
}

Deck parse_deck(const std::filesystem::path& path, const std::string& text, const std::vector<std::string>& overrides) {
  Deck deck;
  deck.path = path;
  deck.overrides = overrides;
  read_file(deck, without_mark(text));
  read_overrides(deck, overrides);
  set_dependent_defaults(deck);
  refuse_contradictions(deck);
  if (deck.params.run.output.empty()) deck.params.run.output = "out/" + path.stem().string();
  if (resolved_text(deck.params).size() > kLongest) {
    throw InputError(path.string() + ": longer than " + std::to_string(kLongest) + " characters with all its keys: shorten its lists");
  }
  return deck;
}

std::string resolved_text(const Params& params) {
  std::string text;
  std::string section;
  for (const Key& key : all_keys()) {
    if (!key.applies(params)) continue;
    if (key.section != section) text += (text.empty() ? "[" : "\n[") + key.section + "]\n";
    section = key.section;
    text += key.name + " = " + key.get(params) + "\n";
  }
  return text;
}

Settings settings_of(const Params& params, const std::vector<std::string>& keys) {
  const auto wanted = [&](const std::string& name) { return std::find(keys.begin(), keys.end(), name) != keys.end(); };
  Settings settings;
  for (const Key& key : all_keys()) {
    if (!key.applies(params)) continue;
    if (key.key_class == KeyClass::physics ? wanted(key.section) || wanted(key.full_name()) : wanted(key.full_name())) {
      settings.emplace_back(key.full_name(), key.get(params));
    }
  }
  return settings;
}

bool is_section(const std::string& name) {
  const auto& keys = all_keys();
  return std::any_of(keys.begin(), keys.end(), [&](const Key& key) { return key.section == name; });
}

std::string keys_help(const std::string& section) {
  if (!section.empty()) require_section(section, "--help");
  const Params defaults;
  std::ostringstream text;
  std::string last;
  for (const Key& key : all_keys()) {
    if (!section.empty() && key.section != section) continue;
    if (key.section != last) text << "\n[" << key.section << "]\n";
    last = key.section;
    const std::string value = key.get(defaults);
    text << "  " << key.name << " = " << (value.empty() ? "(empty)" : value) << "\n      " << key.meaning << "\n      " << key.type
         << (key.range == "any" ? "" : "; " + key.range) << (key.unit.empty() ? "" : "; unit: " + key.unit)
         << (key.condition.text.empty() ? "" : "; for " + key.condition.text) << "\n";
  }
  return text.str();
}

std::int64_t samples_of(const SampleParams& sample, std::size_t index) { return entry(sample.samples, index); }

std::string sampler_of(const SampleParams& sample, std::size_t index) { return entry(sample.sampler, index); }

std::int64_t steps_of(const SampleParams& sample, std::size_t index) { return entry(sample.steps, index); }

}  // namespace scorefield
