// Requests to stop: signals, a stop file, a time limit. They are obeyed at safe points, where all ranks agree.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "base/mpi.h"

namespace scorefield {

/// From its construction on, SIGINT, SIGTERM, SIGHUP (unless it is ignored, as under nohup) and SIGUSR1 are remembered instead of ending
/// the process; a second one of these ends it at once. One object a process. Local but for `requested` and `interrupted`.
class StopRequest {
 public:
  StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;
  ~StopRequest();

  /// Also stop when this file appears; it is removed when it is obeyed.
  void watch_file(std::filesystem::path file) { file_ = std::move(file); }
  /// Also stop in time to be done `seconds` after the start of the process; 0 for no limit. `name`: of the limit, for messages.
  void limit_time(double seconds, const std::string& name);
  /// Seconds since the start of the process.
  double running() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  /// A loop begins here whose safe points come at regular intervals.
  void begin_loop() { last_ = Clock::now(); }
  /// Call at each safe point. Empty: go on; else why to stop ("SIGTERM", "the stop file", the name of the time limit), the same on all
  /// ranks. Stops for time when another stretch as long as the longest one so far, half as much again, would end too late. Collective.
  std::string requested(const Comm& comm) { return agreed_reason(comm, true); }
  /// The same where nothing can be saved: not for time, or the next run would get no further. Collective.
  std::string interrupted(const Comm& comm) { return agreed_reason(comm, false); }

 private:
  using Clock = std::chrono::steady_clock;
  std::string agreed_reason(const Comm& comm, bool also_for_time);
  bool out_of_time();
  bool file_is_there();

  std::filesystem::path file_;
  double limit_ = 0.0;
  std::string limit_name_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
  Clock::time_point looked_ = start_ - std::chrono::hours(1);
  double longest_ = 0.0;
};

/// Seconds from now to a little before the end of the SLURM job that this is (SLURM_JOB_END_TIME, in seconds since 1970, of the root), at
/// least a millisecond; 0 if it is none. InputError if that is no time. Local.
double time_left_of_job();

/// AgreedError with exit code 85, thrown by all ranks after the work was saved. `saved`: what was, for the message. Collective.
void stop_here(const Comm& comm, const std::string& reason, const std::string& saved);

}  // namespace scorefield
