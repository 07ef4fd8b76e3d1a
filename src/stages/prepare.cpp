#include "stages/prepare.h"

#include <algorithm>

#include "base/checkpoint.h"
#include "base/disk.h"
#include "base/growing_file.h"

namespace scorefield {
namespace {

constexpr double kSmallFiles = 65536;  // bytes for the log, the deck and results.h5

std::string command(const Context& context, const std::string& stage) {
  return "`scorefield " + stage + " " + context.deck.as_typed() + "`";
}

/// What is wrong with several outputs, in one line.
class Complaints {
 public:
  void add(ExitCode code, const std::string& complaint) {
    if (text_.empty()) code_ = code;
    text_ += (text_.empty() ? "" : "; ") + complaint;
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

/// Renames `path`, if it is there, to `path`.old, .old.2, ...
void rename_aside(const Context& context, const std::filesystem::path& path) {
  if (!file_exists(context.comm, path)) return;
  std::filesystem::path aside = path.string() + ".old";
  require_all(context.comm, [&] {
    if (!context.comm.is_root()) return;
    for (int n = 2; std::filesystem::exists(aside); ++n) aside = path.string() + ".old." + std::to_string(n);
    std::error_code failure;
    std::filesystem::rename(path, aside, failure);
    if (failure) throw IoError("cannot rename " + path.string() + ": " + failure.message());
  });
  context.log.line("set aside: " + path.string() + " -> " + aside.filename().string());
}

void set_aside(const Context& context, const Output& output) {
  const auto path = output_path(context.deck.params, output.file);
  const auto checkpoint = checkpoint_path(context.deck.params, output.file);
  for (const auto& each : {path, GrowingFile::partial(path), checkpoint, previous_checkpoint(checkpoint)}) rename_aside(context, each);
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

/// Compares what is still to be written with what the file system has free.
void require_room(const Context& context, const std::vector<Surveyed>& work) {
  double needed = kSmallFiles;
  for (const Surveyed& each : work) {
    if (each.needs_work() && each.state != State::unfinished) needed += each.output.bytes;
  }
  require_all(context.comm, [&] {
    if (!context.comm.is_root()) return;
    std::filesystem::path folder = std::filesystem::absolute(context.deck.params.run.output);
    std::error_code failure;
    while (!std::filesystem::exists(folder, failure) && folder.has_relative_path()) folder = folder.parent_path();
    const auto space = std::filesystem::space(folder, failure);
    if (failure || static_cast<double>(space.available) >= needed) return;
    throw IoError("the disk is full: " + context.deck.params.run.output + " needs about " + readable_count(needed) + "B and has " +
                  readable_count(static_cast<double>(space.available)) + "B free; free some, or choose another --run.output");
  });
}

}  // namespace

void prepare_outputs(const Context& context, const std::vector<std::string>& stages) {
  const std::vector<Surveyed> all = survey_all(context);
  std::vector<Surveyed> work;
  Complaints complaints;
  for (const Surveyed& each : all) {
    if (std::find(stages.begin(), stages.end(), each.output.stage) == stages.end()) continue;
    work.push_back(each);
    if (each.state == State::stale && !context.overwrite) complaints.add(each.code, each.complaint);
  }
  complaints.require_none(context, "choose another --run.output, or set aside what is there with --overwrite");
  require_inputs(context, all, stages);
  if (stages == std::vector<std::string>{"measure"}) measurable(context, all);
  require_room(context, work);
  for (const Surveyed& each : work) {
    if (each.state == State::stale) set_aside(context, each.output);
  }
}

std::vector<Surveyed> measurable(const Context& context, const std::vector<Surveyed>& all) {
  std::vector<Surveyed> found;
  Complaints complaints;
  for (const Surveyed& each : all) {
    if (each.output.stage == "train" || each.state == State::missing || each.state == State::unfinished) continue;
    if (each.state == State::complete) {
      found.push_back(each);
    } else {
      complaints.add(each.code, each.complaint.empty() ? each.output.file + " is " + each.describe() : each.complaint);
    }
  }
  complaints.require_none(context, "measure with the deck that made it, or run " + command(context, "run") + " with --overwrite");
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
  return H5File::open_verified(output_path(context.deck.params, found.output.file), context.comm);
}

}  // namespace scorefield
