#include "base/npy.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/raw_file.h"

namespace scorefield {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr const char* kCure = ": save it with numpy.save as a C-ordered array of float64 or float32";
constexpr std::uint64_t kLongestHeader = 65536;
constexpr std::size_t kMostAxes = 64;  // numpy's own limit

std::string_view without_leading_spaces(std::string_view text) {
  const auto first = std::find_if_not(text.begin(), text.end(), [](unsigned char c) { return std::isspace(c) != 0; });
  return text.substr(static_cast<std::size_t>(first - text.begin()));
}

/// The string in quotes, tuple or word that a text begins with; "" if it begins with something else.
std::string_view leading_value(std::string_view text) {
  if (text.starts_with('\'') || text.starts_with('(')) {
    const std::size_t end = text.find(text.front() == '(' ? ')' : '\'', 1);
    return end == std::string_view::npos ? "" : text.substr(0, end + 1);
  }
  const auto end = std::find_if_not(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

/// The value behind 'name': in the header's dictionary; "" if there is none. (Without std::regex, which calls itself for each character.)
std::string_view entry(std::string_view header, const std::string& name) {
  const std::string key = "'" + name + "'";
  for (std::size_t at = header.find(key); at != std::string_view::npos; at = header.find(key, at + 1)) {
    const std::string_view behind = without_leading_spaces(header.substr(at + key.size()));
    if (!behind.starts_with(':')) continue;
    const std::string_view value = leading_value(without_leading_spaces(behind.substr(1)));
    if (!value.empty()) return value;
  }
  return "";
}

/// The numbers of "(2, 3)", "(2,)" or "()"; nothing of another text, or of more axes than arrays have.
std::optional<std::vector<std::uint64_t>> extents_of(std::string_view shape) {
  constexpr std::ptrdiff_t kMostDigits = 18;  // which 64 bits hold
  if (!shape.starts_with('(')) return std::nullopt;
  std::string_view left = without_leading_spaces(shape.substr(1, shape.size() - 2));
  std::vector<std::uint64_t> extents;
  while (!left.empty()) {
    std::uint64_t extent = 0;
    const auto [end, error] = std::from_chars(left.data(), left.data() + left.size(), extent);
    const std::ptrdiff_t digits = end - left.data();
    if (error != std::errc() || digits > kMostDigits || extents.size() == kMostAxes) return std::nullopt;
    extents.push_back(extent);
    left = without_leading_spaces(left.substr(static_cast<std::size_t>(digits)));
    if (left.empty()) break;
    if (!left.starts_with(',')) return std::nullopt;
    left = without_leading_spaces(left.substr(1));
  }
  return extents;
}

}  // namespace

NpyFile::NpyFile(std::filesystem::path path) : path_(std::move(path)) {
  const RawFile file(path_, RawFile::For::reading);
  std::string head(12, '\0');
  const std::uint64_t size = file.size();
  if (size < head.size()) throw InputError(path_.string() + " is no .npy file" + kCure);
  file.read(head, 0);
  const auto byte = [&](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(head[i])}; };
  const bool long_form = byte(6) >= 2;  // from version 2 on, four bytes say how long the header is
  const std::uint64_t length = byte(8) | byte(9) << 8 | (long_form ? byte(10) << 16 | byte(11) << 24 : 0);
  start_ = (long_form ? 12 : 10) + length;
  if (head.substr(0, 6) != "\x93NUMPY" || byte(6) < 1 || byte(6) > 3 || length > kLongestHeader || start_ > size) {
    throw InputError(path_.string() + " is no .npy file" + kCure);
  }
  std::string header(length, '\0');
  file.read(header, start_ - length);
  parse(header);
  std::uint64_t numbers = 1;
  for (const std::uint64_t extent : shape_) numbers = extent > 0 && numbers > size / extent ? size + 1 : numbers * extent;
  if (numbers > size || start_ + numbers * static_cast<std::uint64_t>(bytes_) != size) {
    throw InputError(path_.string() + " is not as long as its header says: it was damaged, or not written to its end");
  }
}

void NpyFile::parse(const std::string& header) {
  const std::string_view type = entry(header, "descr");
  const auto extents = extents_of(entry(header, "shape"));
  if ((type != "'<f8'" && type != "'<f4'") || entry(header, "fortran_order") != "False" || !extents) {
    throw InputError(path_.string() + " holds an array that is not read here (" + header.substr(0, header.find_last_not_of(" \n") + 1) +
                     ")" + kCure);
  }
  bytes_ = type == "'<f8'" ? 8 : 4;
  shape_ = *extents;
}

void NpyFile::read(std::uint64_t first, std::span<double> values) const {
  const RawFile file(path_, RawFile::For::reading);
  const std::uint64_t offset = start_ + first * static_cast<std::uint64_t>(bytes_);
  const auto bytes_of = [](auto& numbers) {
    auto* bytes = reinterpret_cast<char*>(numbers.data());  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast): bytes of numbers
    return std::span(bytes, numbers.size() * sizeof(numbers[0]));
  };
  if (bytes_ == 8) return file.read(bytes_of(values), offset);
  std::vector<float> singles(values.size());
  file.read(bytes_of(singles), offset);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = singles[i];
}

}  // namespace scorefield
