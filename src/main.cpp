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

#include "base/parallel.h"
#include "diffusion/trainer.h"
#include "stages/stages.h"
#include "version.h"

namespace {

using namespace scorefield;

constexpr const char* kUsage =
    "usage: scorefield COMMAND DECK [--section.key=value ...] [--overwrite]\n"
    "\n"
    "commands\n"
    "  run        all stages of the deck, in order, skipping those already complete\n"
    "  generate   draw the ensemble\n"
    "  train      train the score networks\n"
    "  sample     run the forward and backward processes\n"
    "  measure    estimate moments, cumulants and generating functions\n"
    "  check      dry run: the resolved deck, memory and disk; writes nothing\n"
    "\n"
    "options\n"
    "  --section.key=value  overrides a key of the deck\n"
    "  --overwrite          outputs of another deck in the folder are set aside (*.old), not an error\n"
    "  --help               this, and every key with its default, range and meaning\n"
    "  --version            versions of the program and of what it was built with\n"
    "\n"
    "exit codes: 0 complete, 1 internal error, 2 bad deck or file, 3 input or output failed, 4 numerical failure\n";

struct CommandLine {
  std::string command;
  std::string deck;
  std::vector<std::string> overrides;
  bool overwrite = false;
};

using Stage = void (*)(const Context&);

const std::map<std::string, std::vector<Stage>>& commands() {
  static const std::map<std::string, std::vector<Stage>> table = {{"run", {generate, train, sample, measure}},
                                                                  {"generate", {generate}},
                                                                  {"train", {train}},
                                                                  {"sample", {sample}},
                                                                  {"measure", {measure}},
                                                                  {"check", {check}}};
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
    throw InputError("unknown command " + words[0] + ": expected run, generate, train, sample, measure or check");
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

/// The deck as the root read it, on every rank. Collective.
Deck read_deck(const Comm& comm, const CommandLine& line) {
  std::string text;
  require_all(comm, [&] {
    if (comm.is_root()) text = read_text(line.deck);
  });
  comm.broadcast(text);
  Deck deck;
  require_all(comm, [&] { deck = parse_deck(line.deck, text, line.overrides); });
  return deck;
}

void prepare_output(const Context& context) {
  const std::filesystem::path folder = context.deck.params.run.output;
  require_all(context.comm, [&] {
    if (!context.comm.is_root()) return;
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    if (failure) throw IoError("cannot make the output folder " + folder.string() + ": " + failure.message());
    context.log.open_file(folder / "run.log");
  });
}

/// The resolved deck beside the outputs that it made. Collective.
void store_deck(const Context& context) {
  const auto path = output_path(context.deck.params, "deck.ini");
  require_all(context.comm, [&] {
    if (!context.comm.is_root()) return;
    std::ofstream stream(path);
    stream << resolved_text(context.deck.params) << std::flush;
    if (!stream) throw IoError("cannot write " + path.string() + ": is the disk full?");
  });
}

void announce(const Context& context, int threads) {
  context.log.line("scorefield " + std::string(kVersion) + ": " + context.deck.path.string() + " -> " + context.deck.params.run.output +
                   ", " + std::to_string(context.comm.size()) + " ranks x " + std::to_string(threads) + " threads, seed " +
                   std::to_string(context.deck.params.run.seed) + ", " + utc_now());
}

void run_command(const Comm& comm, const std::vector<std::string>& arguments) {
  CommandLine line;
  require_all(comm, [&] { line = parse_command_line(arguments); });
  const Deck deck = read_deck(comm, line);
  Log log(comm.is_root());
  const Context context{comm, deck, log, line.overwrite};
  const int threads = set_threads(deck.params.run.threads, comm.node());
  set_torch_threads(threads);
  validate(context);
  if (line.command != "check") prepare_output(context);
  announce(context, threads);
  for (const Stage stage : commands().at(line.command)) stage(context);
  if (line.command != "check") store_deck(context);
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
  std::fprintf(stderr, "scorefield: error: %s\n", message);
  return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
  keep_freed_memory();
  const MpiEnvironment environment(&argc, &argv);
  const Comm comm = Comm::world();
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (!answer_question(arguments, comm)) run_command(comm, arguments);
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
