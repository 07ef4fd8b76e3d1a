// The executable: reads the command line and the deck, and runs the stages.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <sstream>

#include "base/folder_lock.h"
#include "base/parallel.h"
#include "base/seal.h"
#include "diffusion/trainer.h"
#include "stages/stages.h"
#include "stages/survey.h"
#include "version.h"

namespace {

using namespace scorefield;

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
    "  check      dry run: the resolved deck, memory and disk, what is there; writes nothing\n"
    "  status     what is complete, how far the rest is, who works on it\n"
    "\n"
    "options\n"
    "  --section.key=value  overrides a key of the deck\n"
    "  --overwrite          outputs of another deck in the folder are set aside (*.old), not an error\n"
    "  --help               this, and every key with its default, range and meaning\n"
    "  --version            versions of the program and of what it was built with\n"
    "\n"
    "stopping: Ctrl-C, SIGTERM, SIGUSR1, a file named stop in the output folder, or run.walltime end a run at its next safe\n"
    "point with a checkpoint; a second signal ends it at once. The same command goes on.\n"
    "\n"
    "exit codes: 0 complete, 1 internal error, 2 bad deck or file, 3 input or output failed, 4 numerical failure,\n"
    "85 stopped cleanly, unfinished: run the same command again\n";

struct CommandLine {
  std::string command;
  std::string deck;
  std::vector<std::string> overrides;
  bool overwrite = false;
};

struct Command {
  std::vector<void (*)(const Context&)> actions;
  std::vector<std::string> stages;  ///< whose outputs it writes; none: it writes nothing
};

const std::map<std::string, Command>& commands() {
  static const std::map<std::string, Command> table = {
      {"run", {{generate, train, sample, measure}, {"generate", "train", "sample", "measure"}}},
      {"generate", {{generate}, {"generate"}}},
      {"train", {{train}, {"train"}}},
      {"sample", {{sample}, {"sample"}}},
      {"measure", {{measure}, {"measure"}}},
      {"check", {{check}, {}}},
      {"status", {{status}, {}}}};
  return table;
}

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
  if (commands().count(words[0]) == 0) {
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

std::string read_text(const std::string& path) {
  if (!std::filesystem::exists(path)) throw InputError("no deck " + path);
  if (!std::filesystem::is_regular_file(path)) throw InputError(path + " is not a file: expected a deck such as input/two-peak.ini");
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) throw InputError("cannot read the deck " + path + ": " + std::strerror(errno));
  return text.str();
}

/// `status` takes the folder of a run in place of its deck.
void read_folder(CommandLine& line) {
  if (line.command != "status" || !std::filesystem::is_directory(line.deck)) return;
  const std::filesystem::path folder = line.deck;
  line.deck = (folder / "deck.ini").string();
  if (!std::filesystem::exists(line.deck)) throw InputError(folder.string() + " holds no run: there is no deck.ini in it");
  line.overrides.insert(line.overrides.begin(), "--run.output=" + folder.string());
}

/// The deck as the root read it, on every rank. Collective.
Deck read_deck(const Comm& comm, CommandLine line) {
  std::string text;
  require_all(comm, [&] {
    read_folder(line);
    if (comm.is_root()) text = read_text(line.deck);
  });
  comm.broadcast(text);
  Deck deck;
  require_all(comm, [&] { deck = parse_deck(line.deck, text, line.overrides); });
  return deck;
}

/// The output folder of a run at work: made if need be, and locked on the root.
class OutputFolder {
 public:
  explicit OutputFolder(const Context& context) : context_(context), folder_(context.deck.params.run.output) {
    require_all(context.comm, [&] {
      std::error_code ignored;
      if (context_.comm.is_root() && std::filesystem::exists(folder_, ignored)) take();
    });
  }

  /// Once it is known that there is something to do: the folder, its log and the resolved deck. Collective.
  void open() {
    require_all(context_.comm, [&] {
      if (!context_.comm.is_root()) return;
      std::error_code failure;
      std::filesystem::create_directories(folder_, failure);
      if (failure) throw IoError("cannot make the output folder " + folder_.string() + ": " + failure.message());
      if (!lock_) take();
      context_.log.open_file(folder_ / "run.log");
      store_deck();
    });
  }

 private:
  void take() {
    if (!std::filesystem::is_directory(folder_))
      throw IoError("cannot make the output folder " + folder_.string() + ": a file of this name is in the way");
    lock_.emplace(folder_, this_process() + " since " + utc_now());
  }

  /// The resolved deck beside the outputs that it makes.
  void store_deck() const {
    const std::filesystem::path path = folder_ / "deck.ini", partial = folder_ / "deck.ini.partial";
    std::ofstream stream(partial);
    stream << resolved_text(context_.deck.params) << std::flush;
    stream.close();
    if (!stream) throw IoError("cannot write " + path.string() + ": is the disk full?");
    rename_durably(partial, path);
  }

  const Context& context_;
  std::filesystem::path folder_;
  std::optional<FolderLock> lock_;
};

void announce(const Context& context, int threads) {
  context.log.line("scorefield " + std::string(kVersion) + ": " + context.deck.path.string() + " -> " + context.deck.params.run.output +
                   ", " + std::to_string(context.comm.size()) + " ranks x " + std::to_string(threads) + " threads, seed " +
                   std::to_string(context.deck.params.run.seed) + ", " + utc_now());
}

/// The stages of a command, after everything that could be wrong was looked at.
void run_stages(const Context& context, const Command& command, int threads) {
  OutputFolder folder(context);
  prepare_outputs(context, command.stages);
  folder.open();
  announce(context, threads);
  try {
    for (const auto action : command.actions) action(context);
  } catch (const AgreedError& error) {
    context.log.file_line(error.what());
    throw;
  }
}

void run_command(const Comm& comm, const std::vector<std::string>& arguments, StopRequest& stop) {
  CommandLine line;
  require_all(comm, [&] { line = parse_command_line(arguments); });
  const Deck deck = read_deck(comm, line);
  Log log(comm.is_root());
  const Context context{comm, deck, log, stop, line.overwrite};
  const Command& command = commands().at(line.command);
  stop.watch_file(std::filesystem::path(deck.params.run.output) / "stop");
  stop.limit_time(deck.params.run.walltime);
  const int threads = set_threads(deck.params.run.threads, comm.node());
  set_torch_threads(threads);
  validate(context);
  if (!command.stages.empty()) return run_stages(context, command, threads);
  for (const auto action : command.actions) action(context);
}

/// --help and --version, which need no deck. True if that was all.
bool answer_question(const std::vector<std::string>& arguments, const Comm& comm) {
  const auto asked = [&](const char* option) { return std::find(arguments.begin(), arguments.end(), option) != arguments.end(); };
  if (asked("--help") || asked("-h")) {
    if (comm.is_root()) std::cout << kUsage << "\nkeys of a deck\n" << keys_help();
    return true;
  }
  if (asked("--version")) {
    if (comm.is_root()) {
      std::cout << "scorefield " << kVersion << "\nLibTorch " << torch_version() << "\n"
                << library_versions() << "ranks " << comm.size() << "\n";
    }
    return true;
  }
  return false;
}

int report(const char* message, ExitCode code) {
  std::fprintf(stderr, code == ExitCode::unfinished ? "scorefield: %s\n" : "scorefield: error: %s\n", message);
  return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
  keep_freed_memory();
  const MpiEnvironment environment(&argc, &argv);
  const Comm comm = Comm::world();
  StopRequest stop;
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (!answer_question(arguments, comm)) run_command(comm, arguments, stop);
    return 0;
  } catch (const AgreedError& error) {
    return comm.is_root() ? report(error.what(), error.code()) : static_cast<int>(error.code());
  } catch (const Error& error) {
    report(error.what(), error.code());
    abort_all(error.code());
  } catch (const std::exception& error) {
    report((std::string("internal: ") + error.what()).c_str(), ExitCode::internal);
    abort_all(ExitCode::internal);
  }
}
