// How far the outputs of a deck are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/checkpoint.h"
#include "stages/context.h"

namespace scorefield {

enum class State {
  missing,
  unfinished,  ///< a checkpoint is there
  shorter,     ///< complete, with fewer configurations or steps than the deck asks for
  complete,
  stale,  ///< made by another deck, or damaged
};

struct Surveyed {
  Output output;
  State state = State::missing;
  std::int64_t done = 0;                   ///< configurations or steps that are committed
  std::string complaint{};                 ///< what is wrong with a stale one
  ExitCode code = ExitCode::bad_input;     ///< what the complaint leads to
  std::string changes{};                   ///< keys that differ from those that it was made with: the reason of many complaints at once
  std::int64_t finished = 0;               ///< configurations or steps of the finished file, if it is good, be they enough or not
  std::optional<Checkpoint> checkpoint{};  ///< of an unfinished one

  bool needs_work() const { return state != State::complete; }
  std::string describe() const;
};

/// Looks at the file of an output, and at its checkpoint. Collective.
Surveyed survey(const Context& context, const Output& output);

/// Looks at all outputs of the deck. Collective.
std::vector<Surveyed> survey_all(const Context& context);

/// True if the output is complete; says so in the log. AgreedError if it is stale, which the run was not prepared for. Collective.
bool already_complete(const Context& context, const Surveyed& found);

/// One line an output for the user: complete, how far, missing, or what is wrong; one for results.h5; one for the report unless it is "".
std::vector<std::string> status_lines(const std::vector<Surveyed>& all, const std::string& results, const std::string& report);

}  // namespace scorefield
