// The command line, and the deck it names.
#pragma once

#include <string>
#include <vector>

#include "base/mpi.h"
#include "deck/deck.h"

namespace scorefield {

struct CommandLine {
  std::string command;                 ///< run, generate, train, sample, measure, check or status
  std::string deck;                    ///< a deck's path; for status also a run's folder
  std::vector<std::string> overrides;  ///< --section.key=value
  bool overwrite = false;              ///< --overwrite
};

/// What --help says before the keys.
const char* usage();

/// Reads the arguments behind the program's name. Local; InputError.
CommandLine parse_command_line(const std::vector<std::string>& arguments);

/// The deck as the root read it, on every rank. Collective; AgreedError.
Deck read_deck(const Comm& comm, CommandLine line);

}  // namespace scorefield
