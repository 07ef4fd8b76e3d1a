#include "deck/command_line.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

namespace scorefield {
namespace {

constexpr std::array<std::string_view, 7> kCommands = {"run", "generate", "train", "sample", "measure", "check", "status"};

constexpr const char* kUsage =
    "usage: scorefield COMMAND DECK [--section.key=value ...] [--overwrite]\n"
    "       scorefield status FOLDER\n"
    "\n"
    "commands\n"
    "  run        all stages of the deck, in order, skipping those already complete\n"
    "  generate   draw the ensemble\n"
    "  train      train the score networks\n"
    "  sample     run the forward and backward processes\n"
    "  measure    estimate moments, cumulants and generating functions\n"
    "  check      dry run: the resolved deck, memory and disk, what is there, whether `run` would be refused; writes nothing\n"
    "  status     what is complete, how far the rest is, who works on it\n"
    "\n"
    "options\n"
    "  --section.key=value  overrides a key of the deck\n"
    "  --overwrite          outputs of another deck in the folder are set aside (*.old), not an error\n"
    "  --help [SECTION]     this, and every key with its default, range and meaning; or those of one section of a deck\n"
    "  --version            versions of the program and of what it was built with\n"
    "\n"
    "stopping: Ctrl-C, SIGTERM, SIGHUP, SIGUSR1, a file named stop in the output folder, or run.walltime end a run at its next safe\n"
    "point with a checkpoint; a second signal ends it at once. The same command goes on.\n"
    "\n"
    "exit codes: 0 complete, 1 internal error, 2 bad deck or file, 3 input or output failed, 4 numerical failure,\n"
    "85 stopped cleanly, unfinished: run the same command again\n";

std::string deck_in(const std::filesystem::path& folder) { return (folder / "deck.ini").string(); }

/// " in FOLDER", in which a relative path leads nowhere.
std::string here_if_relative(const std::filesystem::path& path) {
  std::error_code unknown;
  const std::filesystem::path here = std::filesystem::current_path(unknown);
  return path.is_absolute() || here.empty() ? "" : " in " + here.string();
}

std::string read_text(const std::string& path) {
  std::error_code failure;
  const auto kind = std::filesystem::status(path, failure).type();
  if (kind == std::filesystem::file_type::not_found)
    throw InputError("no deck " + path + here_if_relative(path) + ": give the path of a deck, such as input/two-peak.ini of the checkout");
  if (kind == std::filesystem::file_type::none)
    throw IoError("cannot read the deck " + path + ": " + failure.message() + "; may you read it?");
  if (std::filesystem::is_regular_file(deck_in(path), failure)) throw InputError(path + " is a folder: its deck is " + deck_in(path));
  if (kind != std::filesystem::file_type::regular) throw InputError(path + " is not a file: expected a deck such as input/two-peak.ini");
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) throw IoError("cannot read the deck " + path + ": " + std::strerror(errno) + "; may you read it?");
  return text.str();
}

/// The folder of a run that `status` was given in place of its deck; "" if it was given a deck, as all other commands are.
std::string folder_of_run(const CommandLine& line) {
  if (line.command != "status") return "";
  if (!std::filesystem::exists(line.deck))
    throw InputError("no folder or deck " + line.deck + ": expected the folder of a run, such as out/two-peak, or its deck");
  if (!std::filesystem::is_directory(line.deck)) return "";
  const std::filesystem::path folder = line.deck;
  if (!std::filesystem::exists(deck_in(folder)))
    throw InputError(folder.string() + " holds no run: there is no deck.ini in it; give the folder of a run, or its deck");
  return folder.string();
}

}  // namespace

const char* usage() { return kUsage; }

CommandLine parse_command_line(const std::vector<std::string>& arguments) {
  CommandLine line;
  std::vector<std::string> words;
  for (const std::string& argument : arguments) {
    if (argument == "--overwrite") {
      line.overwrite = true;
    } else if (argument.rfind("--", 0) == 0) {
      line.overrides.push_back(argument);
    } else {
      words.push_back(argument);
    }
  }
  if (words.empty()) throw InputError("no command: expected scorefield COMMAND DECK (scorefield --help)");
  if (std::find(kCommands.begin(), kCommands.end(), words[0]) == kCommands.end()) {
    throw InputError("unknown command " + words[0] + ": expected run, generate, train, sample, measure, check or status");
  }
  if (words.size() < 2) throw InputError("no deck: expected scorefield " + words[0] + " DECK, such as input/two-peak.ini");
  if (words.size() > 2)
    throw InputError("unexpected argument " + words[2] +
                     ": options begin with --, and their values follow an equals sign (--section.key=value)");
  line.command = words[0];
  line.deck = words[1];
  return line;
}

Deck read_deck(const Comm& comm, CommandLine line) {
  std::string folder, text;
  require_all(comm, [&] {
    if (!comm.is_root()) return;
    folder = folder_of_run(line);
    text = read_text(folder.empty() ? line.deck : deck_in(folder));
  });
  comm.broadcast(folder);
  comm.broadcast(text);
  if (!folder.empty()) {
    line.deck = deck_in(folder);
    line.overrides.insert(line.overrides.begin(), "--run.output=" + folder);
  }
  Deck deck;
  require_all(comm, [&] { deck = parse_deck(line.deck, text, line.overrides); });
  return deck;
}

}  // namespace scorefield
