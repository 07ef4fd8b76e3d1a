// What the program says: messages, and a progress line with rate and time left.
#pragma once

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>

namespace scorefield {

/// Messages to standard output and to run.log of the output folder. Only one rank (`speaks`) says anything.
class Log {
 public:
  explicit Log(bool speaks) : speaks_(speaks) {}
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();

  /// From now on also append to this file. Throws IoError.
  void open_file(const std::filesystem::path& path);
  /// A line for the file alone (an error, which is shown on standard error).
  void file_line(const std::string& text);
  /// One line. Erases a live progress line first.
  void line(const std::string& text);
  /// A line that the next call replaces (terminal only; never in the file).
  void live(const std::string& text);
  /// True if live lines can be shown: SCOREFIELD_PROGRESS=live, or a terminal with a width. (mpirun gives every
  /// process a pseudo-terminal without one, also in a job whose output goes to a file.)
  bool on_terminal() const;

 private:
  bool speaks_;
  bool live_shown_ = false;
  std::FILE* file_ = nullptr;
};

/// Progress of a loop of known length: on a terminal one live line, ten times a second at most; else a plain
/// line every ten seconds, and one at the end. Local; call it on every rank, the root speaks.
class Progress {
 public:
  /// `from`: what was done before (by an earlier run).
  Progress(Log& log, std::string what, double total, std::string unit, double from = 0.0);
  /// `done` of `total`; `note` is shown behind (a loss, say).
  void update(double done, const std::string& note = "");
  /// The closing line, with the whole time and the mean rate.
  void finish(const std::string& note = "");

 private:
  using Clock = std::chrono::steady_clock;
  double seconds() const;
  Log& log_;
  std::string what_;
  double total_;
  std::string unit_;
  double from_;
  Clock::time_point start_ = Clock::now();
  double shown_at_ = 0.0;
};

/// InputError unless SCOREFIELD_PROGRESS is unset, live or plain. Local.
void check_environment();

/// "3.2 s", "4 min 10 s", "2 h 05 min".
std::string readable_time(double seconds);
/// "1.2e+06" as "1.20 M"; three digits and k, M, G, T.
std::string readable_count(double count);

}  // namespace scorefield
