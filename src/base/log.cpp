#include "base/log.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "base/error.h"
#include "base/text.h"

namespace scorefield {

Log::~Log() {
  if (live_shown_) std::fputs("\r\033[K", stdout);
  if (file_ != nullptr) std::fclose(file_);
}

void Log::open_file(const std::filesystem::path& path) {
  if (!speaks_ || file_ != nullptr) return;
  file_ = std::fopen(path.c_str(), "a");
  if (file_ == nullptr)
    throw IoError("cannot append to " + path.string() + ": " + std::strerror(errno) + "; make it writable, or choose another --run.output");
}

bool Log::on_terminal() const {
  const char* wish = std::getenv("SCOREFIELD_PROGRESS");
  if (wish != nullptr) return speaks_ && std::strcmp(wish, "live") == 0;
  winsize size{};
  return speaks_ && ::isatty(STDOUT_FILENO) == 1 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
}

void Log::line(const std::string& text) {
  if (!speaks_) return;
  if (live_shown_) std::fputs("\r\033[K", stdout);
  live_shown_ = false;
  std::printf("%s\n", text.c_str());
  std::fflush(stdout);
  file_line(text);
}

void Log::file_line(const std::string& text) {
  if (file_ == nullptr) return;
  std::fprintf(file_, "%s\n", text.c_str());
  std::fflush(file_);
}

void Log::live(const std::string& text) {
  if (!speaks_) return;
  std::printf("\r\033[K%s", text.c_str());
  std::fflush(stdout);
  live_shown_ = true;
}

Progress::Progress(Log& log, std::string what, double total, std::string unit, double from)
    : log_(log), what_(std::move(what)), total_(total), unit_(std::move(unit)), from_(from) {}

double Progress::seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

void Progress::update(double done, const std::string& note) {
  const double now = seconds();
  const bool terminal = log_.on_terminal();
  if (now - shown_at_ < (terminal ? 0.1 : 10.0) || done <= from_) return;
  shown_at_ = now;
  const double rate = (done - from_) / now;
  const std::string text =
      formatted("%s: %3.0f %%  %s of %s %s  %s/s  %s left%s%s", what_.c_str(), 100.0 * done / total_, readable_count(done).c_str(),
                readable_count(total_).c_str(), unit_.c_str(), readable_count(rate).c_str(), readable_time((total_ - done) / rate).c_str(),
                note.empty() ? "" : "  ", note.c_str());
  if (terminal) {
    log_.live(text);
  } else {
    log_.line(text);
  }
}

void Progress::finish(const std::string& note) {
  const double now = seconds();
  log_.line(what_ + ": " + readable_count(total_ - from_) + " " + unit_ + " in " + readable_time(now) + (note.empty() ? "" : "  " + note));
}

void check_environment() {
  const char* wish = std::getenv("SCOREFIELD_PROGRESS");
  if (wish == nullptr || std::strcmp(wish, "live") == 0 || std::strcmp(wish, "plain") == 0) return;
  throw InputError(std::string("SCOREFIELD_PROGRESS = ") + wish + " in the environment: expected live, plain, or nothing");
}

std::string readable_time(double seconds) {
  if (seconds < 10.0) return formatted("%.1f s", seconds);
  if (seconds < 120.0) return formatted("%.0f s", seconds);
  if (seconds < 7200.0) {
    const auto whole = static_cast<long>(seconds);
    return formatted("%ld min %02ld s", whole / 60, whole % 60);
  }
  const auto minutes = static_cast<long>(seconds / 60.0);
  return formatted("%ld h %02ld min", minutes / 60, minutes % 60);
}

std::string readable_count(double count) {
  static constexpr std::array<const char*, 5> kSuffix = {"", " k", " M", " G", " T"};
  std::size_t level = 0;
  while (std::fabs(count) >= 999.5 && level + 1 < kSuffix.size()) {
    count /= 1000.0;
    ++level;
  }
  const int digits = (level == 0 && count == std::floor(count)) || count >= 99.95 ? 0 : (count >= 9.995 ? 1 : 2);
  return formatted("%.*f%s", digits, count, kSuffix[level]);
}

}  // namespace scorefield
