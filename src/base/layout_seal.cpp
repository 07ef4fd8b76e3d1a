#include "base/layout_seal.h"

#include <algorithm>
#include <optional>
#include <sstream>
#include <string>

#include "base/error.h"
#include "base/hash.h"
#include "base/raw_file.h"
#include "base/seal.h"

namespace scorefield {
namespace {

constexpr const char* kFirstLine = "scorefield unfinished file";
constexpr std::uint64_t kPiece = 1 << 20;

/// The parts between those that are filled; none if these are not in order, or not inside the file.
std::optional<std::vector<FilePart>> complement(std::vector<FilePart> filled, std::uint64_t size) {
  std::sort(filled.begin(), filled.end(), [](const FilePart& a, const FilePart& b) { return a.begin < b.begin; });
  filled.push_back({size, 0});
  std::vector<FilePart> rest;
  std::uint64_t at = kSealSize;
  for (const FilePart& part : filled) {
    if (part.begin < at || part.begin > size || part.size > size - part.begin) return std::nullopt;
    if (part.begin > at) rest.push_back({at, part.begin - at});
    at = part.begin + part.size;
  }
  return rest;
}

/// The whole seal, or nothing where the parts cannot be those of this file.
std::optional<std::string> seal_text(const std::filesystem::path& path, const std::vector<FilePart>& filled) {
  const RawFile file(path, RawFile::For::reading);
  const auto rest = complement(filled, file.size());
  if (!rest) return std::nullopt;
  std::ostringstream text;
  text << kFirstLine << "\nbytes " << file.size() << "\nfilled";
  for (const FilePart& part : filled) text << " " << part.begin << " " << part.size;
  std::uint64_t sum = hash_text(text.str());
  std::string buffer;
  for (const FilePart& part : *rest) {
    for (std::uint64_t done = 0; done < part.size; done += kPiece) {
      buffer.resize(std::min(kPiece, part.size - done));
      file.read(buffer, part.begin + done);
      sum = hash_combine(sum, hash_bytes(std::as_bytes(std::span(buffer))));
    }
  }
  text << "\nchecksum " << hex_digits(sum) << "\n";
  const std::size_t length = text.view().size(), room = kSealSize - kSealText;
  if (length > room) throw Error(ExitCode::internal, "no room for the seal of " + path.string());
  text << std::string(room - length, '\0');
  return text.str();
}

/// The parts that a seal names.
std::vector<FilePart> filled_parts(const std::string& seal) {
  std::vector<FilePart> parts;
  std::istringstream lines(seal);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word;
    if (words >> word; word != "filled") continue;
    for (FilePart part; words >> part.begin >> part.size;) parts.push_back(part);
  }
  return parts;
}

}  // namespace

void seal_layout(const std::filesystem::path& path, const std::vector<FilePart>& filled) {
  const auto text = seal_text(path, filled);
  if (!text) throw Error(ExitCode::internal, "parts outside " + path.string());
  const RawFile file(path, RawFile::For::writing);
  file.write(*text, kSealText);
  file.sync();
}

bool has_sealed_layout(const std::filesystem::path& path) {
  std::string seal(kSealSize - kSealText, '\0');
  {
    const RawFile file(path, RawFile::For::reading);
    if (file.size() < kSealSize) return false;
    file.read(seal, kSealText);
  }
  return seal_text(path, filled_parts(seal)) == seal;
}

}  // namespace scorefield
