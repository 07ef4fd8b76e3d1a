#include "base/error.h"

#include <cerrno>
#include <exception>
#include <filesystem>
#include <new>

namespace scorefield {

Failure current_failure() {
  try {
    throw;
  } catch (const Error& error) {
    return {error.code(), error.what()};
  } catch (const std::filesystem::filesystem_error& error) {
    return {ExitCode::io, "cannot reach " + error.path1().string() + ": " + error.code().message() + "; may you read and write there?"};
  } catch (const std::bad_alloc&) {
    return {ExitCode::bad_input,
            "not enough memory for this deck: take fewer configurations, records or weights, smaller run.batch, or more nodes (scorefield "
            "check estimates it)"};
  } catch (const std::exception& error) {
    return {ExitCode::internal, std::string("internal: ") + error.what()};
  }
}

const char* cure_of_disk(int error_number) {
  return error_number == ENOSPC || error_number == EDQUOT
             ? kMakeRoom
             : "; see that the disk works and the file is yours, and run the same command again";
}

}  // namespace scorefield
