#include "base/stop.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <utility>

namespace scorefield {
namespace {

constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
constexpr std::array kReasons = {"", "SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "the stop file", ""};
constexpr std::int64_t kStopFile = 5, kTimeLimit = 6;  // of these; the last has a name of its own
constexpr double kToEnd = 15.0;                        // seconds of a job that are left for what comes behind the last safe point

/// The signal that came; the only thing that a handler may touch.
volatile std::sig_atomic_t& pending() {
  static volatile std::sig_atomic_t number = 0;
  return number;
}

extern "C" void remember(int number);

/// Gives the signals back that `remember` has; one that was ignored stays so.
void release() {
  for (const int each : kSignals) {
    struct sigaction now {};
    ::sigaction(each, nullptr, &now);
    if (now.sa_handler == remember) std::signal(each, SIG_DFL);
  }
}

extern "C" void remember(int number) {
  pending() = number;
  release();  // a second one ends the process
}

std::int64_t signal_index() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    if (pending() == kSignals[i]) return static_cast<std::int64_t>(i) + 1;
  }
  return 0;
}

}  // namespace

StopRequest::StopRequest() {
  pending() = 0;
  struct sigaction action {};
  action.sa_handler = remember;
  action.sa_flags = SA_RESTART;
  for (const int each : kSignals) {
    struct sigaction before {};
    ::sigaction(each, nullptr, &before);
    if (each != SIGHUP || before.sa_handler != SIG_IGN) ::sigaction(each, &action, nullptr);
  }
}

StopRequest::~StopRequest() { release(); }

void StopRequest::limit_time(double seconds, const std::string& name) {
  limit_ = seconds;
  limit_name_ = name;
}

bool StopRequest::out_of_time() {
  const auto now = Clock::now();
  longest_ = std::max(longest_, std::chrono::duration<double>(now - last_).count());
  last_ = now;
  return limit_ > 0.0 && running() + 1.5 * longest_ > limit_;
}

/// Looks once a second at most: a parallel file system is slow to ask.
bool StopRequest::file_is_there() {
  const auto now = Clock::now();
  if (file_.empty() || now - looked_ < std::chrono::seconds(1)) return false;
  looked_ = now;
  std::error_code ignored;
  return std::filesystem::is_regular_file(file_, ignored);
}

std::string StopRequest::agreed_reason(const Comm& comm, bool also_for_time) {
  std::int64_t reason = signal_index();
  if (comm.is_root() && reason == 0) {
    if (also_for_time && out_of_time()) reason = kTimeLimit;
    if (reason == 0 && file_is_there()) reason = kStopFile;
  }
  reason = comm.max(reason);
  std::error_code ignored;
  if (reason == kStopFile && comm.is_root()) std::filesystem::remove(file_, ignored);
  return reason == kTimeLimit ? limit_name_ : kReasons.at(static_cast<std::size_t>(reason));
}

double time_left_of_job() {
  const char* const given = std::getenv("SLURM_JOB_END_TIME");
  if (given == nullptr || *given == '\0') return 0.0;
  char* end = nullptr;
  const double at = std::strtod(given, &end);
  if (*end != '\0' || !std::isfinite(at)) {
    throw InputError(std::string("SLURM_JOB_END_TIME = ") + given +
                     " in the environment: expected the end of the job in seconds since 1970; unset it");
  }
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  return std::max(1e-3, at - now - kToEnd);
}

void stop_here(const Comm& comm, const std::string& reason, const std::string& saved) {
  require_all(comm, [&] { throw Error(ExitCode::unfinished, "stopped by " + reason + "; " + saved); });
}

}  // namespace scorefield
