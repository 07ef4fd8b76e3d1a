#include "base/npy.h"

#include <bit>
#include <cctype>
#include <regex>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/raw_file.h"

namespace scorefield {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr const char* kCure = ": save it with numpy.save as a C-ordered array of float64 or float32";
constexpr std::uint64_t kLongestHeader = 65536;

/// The text behind 'name': in the header's dictionary, up to the next key.
std::string entry(const std::string& header, const std::string& name) {
  std::smatch found;
  const std::regex pattern("'" + name + R"('\s*:\s*('[^']*'|\([^)]*\)|\w+))");
  return std::regex_search(header, found, pattern) ? found[1].str() : "";
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
  const std::string type = entry(header, "descr"), order = entry(header, "fortran_order"), shape = entry(header, "shape");
  const std::regex extents(R"(\((\s*[0-9]{1,18}\s*,)*\s*([0-9]{1,18})?\s*\))"), number("[0-9]+");
  if ((type != "'<f8'" && type != "'<f4'") || order != "False" || !std::regex_match(shape, extents)) {
    throw InputError(path_.string() + " holds an array that is not read here (" + header.substr(0, header.find_last_not_of(" \n") + 1) +
                     ")" + kCure);
  }
  bytes_ = type == "'<f8'" ? 8 : 4;
  for (std::sregex_iterator each(shape.begin(), shape.end(), number), end; each != end; ++each) shape_.push_back(std::stoull(each->str()));
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
