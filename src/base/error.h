// The errors of the program and the exit codes they lead to.
#pragma once

#include <stdexcept>
#include <string>

namespace scorefield {

/// Exit codes of the executable; doc/files-and-exit-codes.md lists them for users.
enum class ExitCode : int {
  complete = 0,
  internal = 1,
  bad_input = 2,
  io = 3,
  numerical = 4,
  unfinished = 85,  ///< stopped cleanly on request: the same command goes on
};

/// An error with the exit code it leads to. The message names the cause and the cure, in one line.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

/// A deck, file or environment that the user can mend.
struct InputError : Error {
  explicit InputError(const std::string& message) : Error(ExitCode::bad_input, message) {}
};

/// Reading or writing failed.
struct IoError : Error {
  explicit IoError(const std::string& message) : Error(ExitCode::io, message) {}
};

/// A computation left the range where its result means anything.
struct NumericalError : Error {
  explicit NumericalError(const std::string& message) : Error(ExitCode::numerical, message) {}
};

/// The cure where writing failed.
inline constexpr const char* kMakeRoom = "; free some disk space if it is full, and run the same command again";

/// The cure where reading or writing failed with this errno: room, where the disk is full. Local.
const char* cure_of_disk(int error_number);

/// What to say of an exception, and how to exit.
struct Failure {
  ExitCode code;
  std::string message;
};

/// The exception that is being handled; only inside a catch. Local.
Failure current_failure();

/// An error that all ranks of a communicator have agreed on: every one throws it, so that the program can
/// finalise MPI and exit. Any other exception that reaches main on a rank ends all ranks by MPI_Abort.
struct AgreedError : Error {
  AgreedError(ExitCode code, const std::string& message, int agreeing) : Error(code, message), ranks(agreeing) {}
  int ranks;  ///< size of the communicator that agreed
};

}  // namespace scorefield
