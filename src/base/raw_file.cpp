#include "base/raw_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "base/error.h"

namespace scorefield {
namespace {

/// Calls `transfer` until all of `span` is through. False if it fails, or the file ends.
template <class Span, class Transfer>
bool in_pieces(Span span, Transfer transfer) {
  for (std::size_t done = 0; done < span.size();) {
    const ssize_t count = transfer(span.subspan(done), done);
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) errno = EIO;  // shorter than it was
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

}  // namespace

RawFile::RawFile(std::filesystem::path path, For purpose)
    : path_(std::move(path)), number_(::open(path_.c_str(), (purpose == For::reading ? O_RDONLY : O_WRONLY) | O_CLOEXEC)) {
  if (number_ < 0) fail("open");
}

RawFile::~RawFile() { ::close(number_); }

void RawFile::read(std::span<char> into, std::uint64_t offset) const {
  const bool good = in_pieces(into, [&](std::span<char> rest, std::size_t done) {
    return ::pread(number_, rest.data(), rest.size(), static_cast<off_t>(offset + done));
  });
  if (!good) fail("read");
}

void RawFile::write(std::span<const char> from, std::uint64_t offset) const {
  const bool good = in_pieces(from, [&](std::span<const char> rest, std::size_t done) {
    return ::pwrite(number_, rest.data(), rest.size(), static_cast<off_t>(offset + done));
  });
  if (!good) fail("write");
}

void RawFile::sync() const {
  if (::fsync(number_) != 0 && errno != EINVAL) fail("flush to disk");  // EINVAL: a folder, where this means nothing
}

std::uint64_t RawFile::size() const {
  struct stat status {};
  if (::fstat(number_, &status) != 0) fail("read");
  return static_cast<std::uint64_t>(status.st_size);
}

void RawFile::fail(const char* what) const {
  const int reason = errno;
  throw IoError(std::string("cannot ") + what + " " + path_.string() + ": " + std::strerror(reason) + cure_of_disk(reason));
}

}  // namespace scorefield
