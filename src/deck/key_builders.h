// How the table of keys is written: parsing of values, and keys made from members of the parameter structs. Only the tables of keys
// include this.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/text.h"
#include "deck/keys.h"

namespace scorefield::keys {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Bounds {
  double low = -kInfinity;
  double high = kInfinity;
  bool open_low = false;  ///< the bound itself is excluded
  bool open_high = false;
};

inline std::string describe(const Bounds& b) {
  if (b.low == -kInfinity && b.high == kInfinity) return "any";
  const std::string low = b.low == -kInfinity ? "" : shortest(b.low) + (b.open_low ? " < " : " <= ");
  const std::string high = b.high == kInfinity ? "" : (b.open_high ? " < " : " <= ") + shortest(b.high);
  return low + "value" + high;
}

template <class T>
T parse_number(const std::string& text, const Bounds& b) {
  T value{};
  const auto* end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, value);
  if constexpr (std::is_integral_v<T>) {
    double written = 0.0;  // 1e6 is an integer, too
    const auto real = std::from_chars(text.data(), end, written);
    if (stop != end && real.ptr == end && written == std::floor(written) && std::fabs(written) < 0x1p53) {
      stop = real.ptr;
      error = real.ec;
      value = static_cast<T>(written);
    }
  }
  const auto as_double = static_cast<double>(value);
  const bool inside = std::isfinite(as_double) && (b.open_low ? as_double > b.low : as_double >= b.low) &&
                      (b.open_high ? as_double < b.high : as_double <= b.high);
  if (error != std::errc{} || stop != end || !inside) {
    const char* hint = text.find(',') != std::string::npos   ? "one, with a point for decimals, "
                       : text.find(';') != std::string::npos ? "with # before a comment, "
                                                             : "";
    throw std::invalid_argument(std::string(std::is_integral_v<T> ? "an integer, " : "a number, ") + hint + describe(b));
  }
  return value;
}

/// The entries of a list of words. std::invalid_argument unless there is one, and none is empty or has a blank in it.
inline std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts = entries_of(text);
  const bool blank = std::any_of(parts.begin(), parts.end(), [](const auto& part) { return part.find(' ') != std::string::npos; });
  if (parts.empty() || blank || std::count(parts.begin(), parts.end(), "") > 0) {
    throw std::invalid_argument("a list with commas between its entries, and none empty");
  }
  return parts;
}

inline std::string to_text(std::int64_t value) { return std::to_string(value); }
inline std::string to_text(double value) { return shortest(value); }

inline std::string choices_text(const std::vector<std::string>& choices) { return joined(choices, ", "); }

inline std::string parse_choice(const std::string& text, const std::vector<std::string>& choices) {
  if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
    throw std::invalid_argument("one of: " + choices_text(choices));
  }
  return text;
}

/// Reads one value of the type of a parameter.
inline std::int64_t parse_one(const std::string& text, const Bounds& b, std::int64_t) { return parse_number<std::int64_t>(text, b); }
inline double parse_one(const std::string& text, const Bounds& b, double) { return parse_number<double>(text, b); }

/// Makes the keys of one section.
template <class Section>
struct SectionKeys {
  std::string name;
  Section Params::*section;

  template <class T>
  Key number(const char* key, T Section::*member, Bounds b, const char* unit, KeyClass c, const char* meaning) const {
    const auto s = section;
    return {name,
            key,
            std::is_integral_v<T> ? "integer" : "number",
            describe(b),
            unit,
            meaning,
            c,
            [=](Params& p, const std::string& text) { p.*s.*member = parse_one(text, b, T{}); },
            [=](const Params& p) { return to_text(p.*s.*member); }};
  }

  template <class T>
  Key numbers(const char* key, std::vector<T> Section::*member, Bounds b, const char* unit, KeyClass c, const char* meaning) const {
    const auto s = section;
    return {name,
            key,
            std::is_integral_v<T> ? "integers" : "numbers",
            describe(b),
            unit,
            meaning,
            c,
            [=](Params& p, const std::string& text) {
              std::vector<T> values;
              for (const auto& part : split(text)) values.push_back(parse_one(part, b, T{}));
              p.*s.*member = values;
            },
            [=](const Params& p) { return joined(p.*s.*member, ", ", [](T v) { return to_text(v); }); }};
  }

  Key choice(const char* key, std::string Section::*member, const std::vector<std::string>& choices, KeyClass c,
             const char* meaning) const {
    const auto s = section;
    return {name,
            key,
            "choice",
            choices_text(choices),
            "",
            meaning,
            c,
            [=](Params& p, const std::string& text) { p.*s.*member = parse_choice(text, choices); },
            [=](const Params& p) { return p.*s.*member; }};
  }

  Key choices(const char* key, std::vector<std::string> Section::*member, const std::vector<std::string>& allowed, KeyClass c,
              const char* meaning) const {
    const auto s = section;
    return {name,
            key,
            "choices",
            choices_text(allowed),
            "",
            meaning,
            c,
            [=](Params& p, const std::string& text) {
              std::vector<std::string> values;
              for (const auto& part : split(text)) values.push_back(parse_choice(part, allowed));
              p.*s.*member = values;
            },
            [=](const Params& p) { return joined(p.*s.*member, ", "); }};
  }

  Key text(const char* key, std::string Section::*member, KeyClass c, const char* meaning) const {
    const auto s = section;
    return {name,
            key,
            "text",
            "any",
            "",
            meaning,
            c,
            [=](Params& p, const std::string& value) { p.*s.*member = value; },
            [=](const Params& p) { return p.*s.*member; }};
  }
};

}  // namespace scorefield::keys
