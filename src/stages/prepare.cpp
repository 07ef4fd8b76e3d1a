#include "stages/prepare.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "base/checkpoint.h"
#include "base/disk.h"
#include "base/growing_file.h"
#include "base/text.h"
#include "base/work_plan.h"
#include "stages/aside.h"
#include "stages/chain_start.h"
#include "stages/import_ensemble.h"
#include "stages/source_models.h"

namespace scorefield {
namespace {

constexpr double kSmallFiles = 65536;  // bytes for the log, the deck and results.h5

std::string command(const Context& context, const std::string& stage) {
  return "`scorefield " + stage + " " + context.deck.as_typed() + "`";
}

/// What is wrong with several outputs, in one line: those that other keys made are named together.
class Complaints {
 public:
  explicit Complaints(const std::vector<Surveyed>& stale) {
    if (!stale.empty()) code_ = stale[0].code;
    std::set<std::string> said;
    std::vector<std::string> complaints;
    for (const Surveyed& each : stale) {
      if (!each.changes.empty() && !said.insert(each.changes).second) continue;
      std::vector<std::string> others;
      for (const Surveyed& other : stale) {
        if (other.changes == each.changes && !each.changes.empty() && other.output.file != each.output.file)
          others.push_back(other.output.file);
      }
      complaints.push_back(each.complaint + (others.empty() ? "" : ", and so were " + joined(others, ", ")));
    }
    text_ = joined(complaints, "; ");
  }
  /// Throws them with their cure, and the code of the first, if there are any. Collective.
  void require_none(const Context& context, const std::string& cure) const {
    require_all(context.comm, [&] {
      if (!text_.empty()) throw Error(code_, text_ + ": " + cure);
    });
  }

 private:
  std::string text_;
  ExitCode code_ = ExitCode::bad_input;
};

/// What is wrong with an input that must be complete; "" if nothing.
std::string complaint_about_input(const Context& context, const Surveyed& input) {
  const std::string path = output_path(context.deck.params, input.output.file).string();
  const std::string cure = "run " + command(context, input.output.stage);
  switch (input.state) {
    case State::complete: return "";
    case State::missing: return "no " + path + ": " + cure + " first";
    case State::stale: return input.complaint + ": " + cure + " with --overwrite first";
    default:
      return path + " has " + std::to_string(input.done) + " " + input.output.unit + " of " + std::to_string(input.output.wanted) + ": " +
             cure + " first";
  }
}

/// Only what the deck at hand cannot go on with: a finished file that is good stays where an extension of it is stale.
void set_aside(const Context& context, const Surveyed& found) {
  const auto path = output_path(context.deck.params, found.output.file);
  const auto checkpoint = checkpoint_path(context.deck.params, found.output.file);
  if (found.finished == 0) rename_aside(context, path);
  for (const auto& each : {partial_path(path), checkpoint, previous_checkpoint(checkpoint)}) rename_aside(context, each);
}

/// What a kill left that nothing can go on with: files without a checkpoint.
std::vector<std::filesystem::path> orphans(const Context& context, const Surveyed& found) {
  if (found.state == State::unfinished || found.state == State::stale) return {};
  const auto checkpoint = checkpoint_path(context.deck.params, found.output.file);
  if (file_exists(context.comm, checkpoint) || file_exists(context.comm, previous_checkpoint(checkpoint))) return {};
  const auto partial = partial_path(output_path(context.deck.params, found.output.file));
  std::vector<std::filesystem::path> left;
  for (const std::filesystem::path& each : {partial, std::filesystem::path(partial.string() + ".new")}) {
    if (file_exists(context.comm, each)) left.push_back(each);
  }
  return left;
}

/// Bytes that a file takes on the disk. Local.
double room_of(const std::filesystem::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? 512.0 * static_cast<double>(status.st_blocks) : 0.0;
}

void require_inputs(const Context& context, const std::vector<Surveyed>& all, const std::vector<std::string>& stages) {
  const auto made_now = [&](const Surveyed& s) { return std::find(stages.begin(), stages.end(), s.output.stage) != stages.end(); };
  require_all(context.comm, [&] {
    for (const Surveyed& each : all) {
      if (!made_now(each) || !each.needs_work()) continue;
      for (const Surveyed& input : all) {
        const auto& inputs = each.output.inputs;
        if (std::find(inputs.begin(), inputs.end(), input.output.file) == inputs.end() || made_now(input)) continue;
        const std::string complaint = complaint_about_input(context, input);
        if (!complaint.empty()) throw Error(input.code, complaint);
      }
    }
  });
}

/// What an output is made from must not be what is set aside for it.
void require_source_apart(const Context& context, const Surveyed& found) {
  const SourceFile source = source_file(context.deck.params, found.output.stage);
  if (found.state != State::stale || found.finished > 0) return;
  require_all(context.comm, [&] {
    std::error_code missing;
    const auto path = output_path(context.deck.params, found.output.file);
    const auto same = [&](const std::filesystem::path& each) { return std::filesystem::equivalent(each, path, missing); };
    if (!context.comm.is_root() || std::none_of(source.paths.begin(), source.paths.end(), same)) return;
    throw InputError(source.key + " is the file that --overwrite would set aside, " + path.string() +
                     ": choose another --run.output, or move the file and name it where it is then");
  });
}

/// Files that the deck names as the source of its ensemble or model, where they will be read.
void require_sources(const Context& context, const std::vector<Surveyed>& work) {
  const Params& params = context.deck.params;
  for (const Surveyed& each : work) {
    if (source_file(params, each.output.stage).paths.empty() || !each.needs_work()) continue;
    require_source_apart(context, each);
    if (each.output.stage == "train") {
      read_source_models(context);
    } else if (params.generate.algorithm == "import") {
      require_import(context);
    } else if (each.finished == 0 && !each.checkpoint) {
      require_start(context);
    }
  }
}

/// The output folder, or what there is above it; where it cannot be made or written in, that is an error. Local.
std::filesystem::path folder_to_write_in(const std::string& output) {
  const std::string cure = "; make it so, or choose another --run.output";
  std::filesystem::path folder = std::filesystem::absolute(output);
  std::error_code ignored;
  while (!std::filesystem::exists(folder, ignored) && folder.has_relative_path()) folder = folder.parent_path();
  if (!std::filesystem::is_directory(folder, ignored))
    throw IoError("cannot make " + output + ": " + folder.string() + " is no folder" + cure);
  if (::access(folder.c_str(), W_OK | X_OK) != 0) throw IoError("cannot write in " + folder.string() + ": " + std::strerror(errno) + cure);
  return folder;
}

/// Compares what is still to be written with what the file system has free.
void require_room(const Context& context, const std::vector<Surveyed>& work) {
  double needed = kSmallFiles;
  bool writes = false;
  for (const Surveyed& each : work) {
    writes = writes || each.needs_work();
    if (each.needs_work() && each.state != State::unfinished) needed += each.output.bytes;
    for (const auto& orphan : orphans(context, each)) needed -= room_of(orphan);
  }
  require_all(context.comm, [&] {
    if (!context.comm.is_root() || !writes) return;
    const std::string& output = context.deck.params.run.output;
    std::error_code failure;
    const auto space = std::filesystem::space(folder_to_write_in(output), failure);
    if (failure || static_cast<double>(space.available) >= needed) return;
    throw IoError("the disk has too little room: " + output + " needs about " + readable_count(needed) + "B and has " +
                  readable_count(static_cast<double>(space.available)) + "B free; free some, or choose another --run.output");
  });
}

}  // namespace

std::vector<Surveyed> require_ready(const Context& context, const std::vector<std::string>& stages) {
  require_all(context.comm, [&] {
    const std::string& model = context.deck.params.model.name;
    const bool alone = stages == std::vector<std::string>{"train"} || stages == std::vector<std::string>{"sample"};
    if (diffuses(context.deck.params) || !alone) return;
    throw InputError("model.name = " + model + " has no `" + stages[0] + "` with sample.score = none: set it to learnt");
  });
  const std::vector<Surveyed> all = survey_all(context);
  std::vector<Surveyed> work, stale;
  for (const Surveyed& each : all) {
    if (std::find(stages.begin(), stages.end(), each.output.stage) == stages.end()) continue;
    work.push_back(each);
    if (each.state == State::stale && !context.overwrite) stale.push_back(each);
  }
  Complaints(stale).require_none(context, "choose another --run.output, or set aside what is there with --overwrite");
  require_inputs(context, all, stages);
  require_sources(context, work);
  if (stages == std::vector<std::string>{"measure"}) measurable(context, all);
  require_room(context, work);
  return work;
}

void prepare_outputs(const Context& context, const std::vector<std::string>& stages) {
  for (const Surveyed& each : require_ready(context, stages)) {
    for (const auto& orphan : orphans(context, each)) {
      remove_file(context.comm, orphan);
      context.log.line("removed: " + orphan.string() + ", which has no checkpoint");
    }
    if (each.state == State::stale) set_aside(context, each);
  }
}

std::vector<Surveyed> measurable(const Context& context, const std::vector<Surveyed>& all) {
  const Params& params = context.deck.params;
  const std::int64_t fewest = is_lattice(params.model) ? 1 : params.measure.bins * kSmallestBlock;
  std::vector<Surveyed> found, stale;
  for (const Surveyed& each : all) {
    if (each.output.stage == "train" || each.state == State::missing) continue;
    if (each.finished >= fewest) found.push_back(each);
    if (each.state == State::stale && each.finished == 0) stale.push_back(each);
  }
  Complaints(stale).require_none(context, "measure with the deck that made it, or make it again: " + command(context, "run --overwrite"));
  require_all(context.comm, [&] {
    if (found.empty()) {
      throw InputError("nothing to measure in " + context.deck.params.run.output + ": run " + command(context, "generate") + " first");
    }
  });
  return found;
}

H5File open_input(const Context& context, const Surveyed& found) {
  require_all(context.comm, [&] {
    const std::string complaint = complaint_about_input(context, found);
    if (!complaint.empty()) throw Error(found.code, complaint);
  });
  return context.files->open(context.comm, output_path(context.deck.params, found.output.file));
}

}  // namespace scorefield
