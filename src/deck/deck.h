// A deck: an INI file with command-line overrides, read strictly. Local: only one rank should read the file
// (the text is then broadcast), so that all ranks see the same deck.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "deck/params.h"

namespace scorefield {

struct Deck {
  std::filesystem::path path;
  Params params;
  std::map<std::string, std::string> places;  ///< where each key that was set stands: "my.ini:12" or "command line"
  std::vector<std::string> overrides;         ///< as on the command line

  /// The deck with its overrides, as one writes them behind `scorefield COMMAND`.
  std::string as_typed() const;

  /// "my.ini:12: ", where the first of these keys that was set stands; "" if all have their defaults.
  std::string place_of(const std::vector<std::string>& keys) const;
};

/// Parses the deck's text, then the overrides ("--section.key=value"), then checks keys against each other.
/// Throws InputError: file, line, key, what was expected, and for an unknown key the nearest known one.
Deck parse_deck(const std::filesystem::path& path, const std::string& text, const std::vector<std::string>& overrides);

/// Keys that were set and mean nothing as the others are: name, where it stands, and what it is for. Local.
std::vector<std::string> keys_without_effect(const Deck& deck);

/// The deck with every key, as an INI file that gives the same run.
std::string resolved_text(const Params& params);

/// Names and values of keys; a section's name stands for all its physics keys.
using Settings = std::vector<std::pair<std::string, std::string>>;
Settings settings_of(const Params& params, const std::vector<std::string>& keys);

/// True if keys of a deck are in a section of this name.
bool is_section(const std::string& name);

/// Help on every key, or on those of one section: name, type, default, range, unit, meaning. InputError if there is no such section.
std::string keys_help(const std::string& section = "");

/// sample.samples, sample.sampler and sample.steps of entry `index` of sample.score.
std::int64_t samples_of(const SampleParams& sample, std::size_t index);
std::string sampler_of(const SampleParams& sample, std::size_t index);
std::int64_t steps_of(const SampleParams& sample, std::size_t index);

}  // namespace scorefield
