#include "deck/deck.h"

#include <algorithm>
#include <boost/program_options.hpp>
#include <map>
#include <sstream>
#include <stdexcept>

#include "base/error.h"
#include "deck/contradictions.h"
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

/// The noise of the calibration is that of the lowest modes, of which each lattice has as many; its cost goes with the sites.
std::int64_t calibration_of(const LatticeParams& lattice) {
  constexpr std::int64_t kSites = std::int64_t{1} << 25, kLeast = 4096, kMost = 32768;
  std::int64_t sites = 1;
  for (const std::int64_t extent : lattice.size) sites = std::min(kSites, sites * extent);
  return std::clamp(kSites / sites, kLeast, kMost);
}

/// Those of a field's diffusion model.
template <class IsSet>
void set_field_score_defaults(Deck& deck, const IsSet& is_set) {
  SampleParams& sample = deck.params.sample;
  TrainParams& train = deck.params.train;
  NetworkParams& network = deck.params.network;
  if (!is_set("sample.score")) sample.score = {"none"};
  if (!is_set("sample.samples")) sample.samples = {100000};
  if (!is_set("sample.steps")) sample.steps = {32};
  if (!is_set("sample.sampler")) sample.sampler = {"sde2"};
  if (!is_set("sample.records")) sample.records = 17;
  if (!is_set("forward.times")) deck.params.forward.times = 21;
  const auto damped = [](const Process& process) { return process.c > 0.0; };
  const auto& processes = deck.params.forward.process;
  if (!is_set("forward.sigma")) deck.params.forward.sigma = std::any_of(processes.begin(), processes.end(), damped) ? 10.0 : 1000.0;
  if (!is_set("train.levels")) train.levels = 65;
  if (!is_set("network.activation")) network.activation = "cubic";
  if (!is_set("network.symmetry")) network.symmetry = "odd";
  if (!is_set("network.embedding")) network.embedding = 32;
  if (!is_set("network.hidden")) network.hidden = {256, 256};
  if (!is_set("train.learning-rate")) train.learning_rate = 2e-3;
  if (!is_set("network.peaks") && network.reference == "none") network.peaks = 0;
  if (!is_set("train.calibration")) train.calibration = network.reference == "none" ? 0 : calibration_of(deck.params.lattice);
  if (!is_set("train.per-level")) train.per_level = std::min<std::int64_t>(4096, deck.params.generate.samples);
  if (is_real_field(deck.params.model)) return;
  if (!is_set("sample.steps")) sample.steps = {64};  // imaginary parts are narrow
  network.peaks = 0;
  train.target = "sample";  // no action makes P(x,y)
  train.validation = 0;
}

/// Defaults that depend on model and algorithm, for keys that the deck does not set.
void set_dependent_defaults(Deck& deck) {
  GenerateParams& generate = deck.params.generate;
  const auto is_set = [&](const char* key) { return deck.places.contains(key); };
  if ((deck.params.model.name == "quartic" || deck.params.model.name == "bose-gas") && !is_set("model.lambda"))
    deck.params.model.lambda = 1.0;
  if (is_walker(deck.params.model)) {
    if (!is_set("generate.trajectory")) generate.trajectory = 0.5;
    if (!is_set("generate.step")) generate.step = 0.01;
    if (!is_set("generate.thermalisation")) generate.thermalisation = 20;
    if (!is_set("generate.separation")) generate.separation = 1;
    if (!is_set("sample.score")) deck.params.sample.score = {"none"};
    if (!is_set("network.limit")) deck.params.network.limit = "smooth";
    if (!is_set("network.symmetry")) deck.params.network.symmetry = "odd";
    if (!is_set("train.weight") && deck.params.train.target == "posterior") deck.params.train.weight = "low-noise";
    const bool corrected = deck.params.sample.corrections > 0;  // which adams4 does not allow for
    if (!is_set("sample.sampler")) deck.params.sample.sampler = {corrected ? "ode4" : "adams4"};
    if (!is_set("sample.steps")) deck.params.sample.steps = {corrected ? 16 : 28};
  }
  if (is_lattice(deck.params.model)) set_field_score_defaults(deck, is_set);
  if (is_complex_field(deck.params.model)) {
    if (!is_set("generate.algorithm")) generate.algorithm = "langevin";
    if (!is_set("generate.step")) generate.step = 0.005;
    if (!is_set("generate.largest-drift")) generate.largest_drift = 0.5;
  }
  if (generate.algorithm == "langevin" && !is_set("generate.cluster")) generate.cluster = 0;  // the two do not go together
  if (generate.algorithm == "langevin-corrected" && !is_set("generate.acceptance")) generate.acceptance = 0.57;  // costs least
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
