// The executable: reads the command line and the deck, and runs the stages.
#include <algorithm>
#include <cctype>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <map>

#include "base/hdf5_library.h"
#include "base/parallel.h"
#include "base/text.h"
#include "deck/command_line.h"
#include "denoiser/learning.h"
#include "stages/output_folder.h"
#include "stages/prepare.h"
#include "stages/stages.h"
#include "version.h"

namespace {

using namespace scorefield;

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

void announce(const Context& context, const ThreadsOfRank& threads) {
  context.log.line("scorefield " + std::string(kVersion) + ": " + context.deck.path.string() + " -> " + context.deck.params.run.output +
                   ", " + counted(context.comm.size(), "rank") + " x " + counted(threads.count, "thread") + ", seed " +
                   std::to_string(context.deck.params.run.seed) + ", " + utc_now());
  if (!threads.crowding.empty()) context.log.line("more threads than processors: " + threads.crowding + "; fewer are faster");
  for (const std::string& line : keys_without_effect(context.deck)) context.log.line("without effect here: " + line);
}

/// Limits the time by run.walltime, or by the end of the job that this is, whichever comes first. Returns what the job leaves from now on,
/// 0 if it does not limit. Collective.
double limit_time(const Comm& comm, double walltime, StopRequest& stop) {
  double left = 0.0;
  require_all(comm, [&] {
    if (comm.is_root()) left = time_left_of_job();
  });
  left = comm.sum(left);
  const double end = stop.running() + left;
  const bool by_job = left > 0.0 && (walltime == 0.0 || end < walltime);
  stop.limit_time(by_job ? end : walltime, by_job ? "the end of the job" : "run.walltime");
  return by_job ? left : 0.0;
}

/// The stages of a command, after everything that could be wrong was looked at. `left`: seconds that the job leaves, if it limits them.
void run_stages(const Context& context, const Command& command, const ThreadsOfRank& threads, double left) {
  OutputFolder folder(context);
  prepare_outputs(context, command.stages);
  folder.open();
  announce(context, threads);
  if (left > 0.0)
    context.log.line("the job leaves " + readable_time(left) + " (SLURM_JOB_END_TIME): then the run stops, to be gone on with");
  try {
    for (std::size_t i = 0; i < command.actions.size(); ++i) {
      if (i > 0 && context.overwrite) {  // what was made now may make others stale
        prepare_outputs(context, {command.stages.begin() + static_cast<std::ptrdiff_t>(i), command.stages.end()});
      }
      command.actions[i](context);
    }
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
  require_all(comm, [] { check_environment(); });
  const Context context{comm, deck, log, stop, line.overwrite};
  const Command& command = commands().at(line.command);
  stop.watch_file(std::filesystem::path(deck.params.run.output) / "stop");
  const double left = limit_time(comm, deck.params.run.walltime, stop);
  const ThreadsOfRank threads = set_threads(deck.params.run.threads, comm.node());
  validate(context);
  if (!command.stages.empty()) return run_stages(context, command, threads, left);
  for (const auto action : command.actions) action(context);
}

/// What --help prints: all; with a section of a deck behind it, or a key, the keys of that section; with a command that is no section how
/// it is called. InputError if there is no such section.
std::string help(const std::vector<std::string>& arguments) {
  const bool of_one = arguments.size() == 2 && arguments[0].rfind('-', 0) == 0 && arguments[1].rfind('-', 0) != 0;
  if (!of_one) return usage() + ("\nkeys of a deck\n" + keys_help());
  const std::string section = arguments[1].substr(0, arguments[1].find('.'));
  return is_section(section) || !commands().contains(section) ? keys_help(section) : usage();
}

/// --help and --version, which need no deck. True if that was all.
bool answer_question(const std::vector<std::string>& arguments, const Comm& comm) {
  const auto asked = [&](const char* option) { return std::find(arguments.begin(), arguments.end(), option) != arguments.end(); };
  if (asked("--help") || asked("-h")) {
    require_all(comm, [&] {
      const std::string text = help(arguments);
      if (comm.is_root()) std::cout << text;
    });
    return true;
  }
  if (asked("--version")) {
    const char* const torch = learning(comm).torch_version();
    if (comm.is_root()) {
      std::cout << "scorefield " << kVersion << "\nLibTorch " << torch << "\n" << library_versions() << "ranks " << comm.size() << "\n";
    }
    return true;
  }
  return false;
}

/// One line, whatever bytes of a deck or a path it repeats.
void report(std::string message, ExitCode code) {
  for (char& c : message) {
    if (std::iscntrl(static_cast<unsigned char>(c)) != 0) c = '?';
  }
  std::fprintf(stderr, code == ExitCode::unfinished ? "scorefield: %s\n" : "scorefield: error: %s\n", message.c_str());
}

/// With MPI: answers a question or runs a command. A failure of this rank alone ends them all.
int run_ranks(const std::vector<std::string>& arguments) {
  const Comm comm = Comm::world();
  StopRequest stop;
  try {
    if (!answer_question(arguments, comm)) run_command(comm, arguments, stop);
    return 0;
  } catch (const AgreedError& error) {
    if (comm.is_root()) report(error.what(), error.code());
    return static_cast<int>(error.code());
  } catch (const std::exception&) {
    const Failure failure = current_failure();
    report(failure.message, failure.code);
    abort_all(failure.code);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a pager that was closed ends no run
  keep_freed_memory();
  prepare_hdf5();
  try {
    const MpiEnvironment environment(&argc, &argv);
    return run_ranks({argv + 1, argv + argc});
  } catch (const std::exception&) {  // before MPI is there
    const Failure failure = current_failure();
    report(failure.message, failure.code);
    return static_cast<int>(failure.code);
  }
}
