#include "stages/survey.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/disk.h"
#include "base/growing_file.h"
#include "base/text.h"
#include "stages/contents.h"
#include "stages/lineage.h"

namespace scorefield {
namespace {

std::string amount(const Output& output, std::int64_t length) { return std::to_string(length) + " " + output.unit; }

/// The keys that differ between the deck that made a file, if it tells, and this one: "model.sigma0 was 0.25".
std::string changes(const Output& now, const std::optional<std::string>& stored_deck) {
  constexpr const char* kAnother = "of another version of the program";
  if (!stored_deck) return kAnother;
  std::vector<std::string> changed;
  try {
    const Params before = parse_deck("deck", *stored_deck, {}).params;
    for (const Output& old : all_outputs(before)) {
      if (old.file != now.file) continue;
      for (const auto& setting : old.settings) {
        if (std::find(now.settings.begin(), now.settings.end(), setting) != now.settings.end()) continue;
        changed.push_back(setting.first + " was " + setting.second);
      }
    }
  } catch (const InputError&) {
    return kAnother;
  }
  return changed.empty() ? std::string(kAnother) + ", or under another name" : joined(changed, ", ");
}

/// "": what the ensemble was made from is as old as it or older, or gone; else what is wrong. A date to come tells nothing: with it, an
/// ensemble would be stale as soon as it is made. (A model knows the one that its features are from.) Collective.
std::string complaint_about_source(const Context& context, const Output& output, const std::filesystem::path& path) {
  const SourceFile source = source_file(context.deck.params, output.stage);
  if (source.paths.empty() || output.stage != "generate") return "";
  std::string complaint;
  if (context.comm.is_root()) {
    using Time = std::filesystem::file_time_type;
    std::error_code gone, unknown;
    const Time changed = std::filesystem::last_write_time(source.paths[0], gone), made = std::filesystem::last_write_time(path, unknown);
    if (!gone && !unknown && changed > made && changed <= Time::clock::now()) {
      complaint = path.string() + ": " + source.key + " = " + source.paths[0].string() + " was changed after it was read";
    }
  }
  context.comm.broadcast(complaint);
  return complaint;
}

/// State of a file that is there under its final name.
Surveyed survey_file(const Context& context, const Output& output, const std::filesystem::path& path) {
  Surveyed found{output, State::stale};
  try {
    const H5File file = context.files->open(context.comm, path);
    const auto fingerprint = file.text_attribute("/provenance", "fingerprint"), deck = file.text_attribute("/provenance", "deck");
    file.require(fingerprint || deck, "was not written by scorefield: there is no deck in it");
    found.done = file.integer_attribute("/provenance", "length").value_or(0);
    if (fingerprint != output.fingerprint()) {
      found.changes = changes(output, deck);
      found.complaint = path.string() + " was made by another deck (" + found.changes + ")";
    } else if (found.done > output.wanted) {
      found.complaint = path.string() + " has " + amount(output, found.done) + ", more than " + output.length_key + " = " +
                        std::to_string(output.wanted) + " (--" + output.length_key + "=" + std::to_string(found.done) + " keeps them)";
    } else {
      check_contents(file, context, output, found.done);
      found.complaint = complaint_about_model(context, output, file);
      if (found.complaint.empty()) {
        found.complaint = complaint_about_ensemble(context, output, file.integer_attribute("/provenance", "ensemble"));
      }
      if (found.complaint.empty())
        found.complaint = complaint_about_features(context, output, file.integer_attribute("/provenance", "features"));
      if (found.complaint.empty()) found.complaint = complaint_about_source(context, output, path);
      if (!found.complaint.empty()) return found;
      found.state = found.done == output.wanted ? State::complete : State::shorter;
      found.finished = found.done;
    }
  } catch (const AgreedError& error) {
    found.complaint = error.what();
    found.code = error.code();
  }
  return found;
}

/// Whether the file of unfinished work can be written on; the complaint and its code if not. Collective.
void look_at_partial(const Context& context, const std::filesystem::path& path, Surveyed& found) {
  const auto partial = partial_path(path);
  std::int64_t forbidden = 0;
  if (context.comm.is_root()) {
    std::error_code ignored;
    if (!std::filesystem::exists(partial, ignored)) {
      found.complaint = "the checkpoint of " + path.string() + " is there without " + partial.filename().string();
    } else if (std::filesystem::is_directory(partial, ignored)) {
      found.complaint = partial.string() + " is a folder where a file should be";
    } else if (::access(partial.c_str(), R_OK | W_OK) != 0) {
      found.complaint = "cannot go on with " + partial.string() + ": " + std::strerror(errno);
      forbidden = 1;
    }
  }
  context.comm.broadcast(found.complaint);
  if (context.comm.max(forbidden) == 1) found.code = ExitCode::io;
}

std::optional<std::int64_t> integer_of(const Checkpoint& checkpoint, const char* name) {
  const auto found = checkpoint.integers.find(name);
  if (found == checkpoint.integers.end()) return std::nullopt;
  return found->second;
}

/// State of work that has a checkpoint. `before` is what is known of a finished file that it extends.
Surveyed survey_checkpoint(const Context& context, const Output& output, const std::filesystem::path& path, Surveyed before) {
  Surveyed found = std::move(before);
  found.state = State::stale;
  std::optional<Checkpoint> checkpoint;
  try {
    checkpoint = read_checkpoint(context.comm, checkpoint_path(context.deck.params, output.file));
  } catch (const AgreedError& error) {
    found.complaint = error.what();
    found.code = error.code();
    return found;
  }
  if (!checkpoint) return {output};  // it was finished meanwhile
  found.done = checkpoint->committed;
  if (checkpoint->fingerprint != output.fingerprint()) {
    found.changes = changes(output, checkpoint->deck);
    found.complaint = "the unfinished " + path.string() + " belongs to another deck (" + found.changes + ")";
  } else if (checkpoint->wanted != output.wanted) {
    found.complaint = "the unfinished " + path.string() + " was begun with " + output.length_key + " = " +
                      std::to_string(checkpoint->wanted) + " (finish it so, then ask for more)";
  } else if (output.stage != "train") {
    look_at_partial(context, path, found);
  } else {
    found.complaint = complaint_about_ensemble(context, output, integer_of(*checkpoint, "ensemble"));
    if (found.complaint.empty()) found.complaint = complaint_about_features(context, output, integer_of(*checkpoint, "features"));
  }
  if (!found.complaint.empty()) return found;
  found.state = State::unfinished;
  found.checkpoint = std::move(checkpoint);
  return found;
}

/// True if there is a checkpoint of an extension beyond `length`; not the one that a kill left beside the file that it led to.
bool is_being_extended(const Context& context, const Output& output, std::int64_t length) {
  try {
    const auto checkpoint = read_checkpoint(context.comm, checkpoint_path(context.deck.params, output.file));
    return checkpoint && checkpoint->wanted > length;
  } catch (const AgreedError&) {
    return false;  // damaged: it is of no use
  }
}

/// How far an ensemble is that has no configurations yet.
std::optional<std::string> thermalisation(const std::optional<Checkpoint>& checkpoint) {
  if (!checkpoint || !checkpoint->integers.contains("updates")) return std::nullopt;
  const std::int64_t done = checkpoint->integers.at("updates"), all = checkpoint->integers.at("thermalisation");
  if (done >= all) return std::nullopt;
  return "thermalising, update " + std::to_string(done) + " of " + std::to_string(all);
}

}  // namespace

std::string Surveyed::describe() const {
  switch (state) {
    case State::complete: return "complete, " + amount(output, done);
    case State::missing: return "missing";
    case State::stale: return "stale: " + complaint;
    case State::shorter: return "complete with " + amount(output, done) + "; " + std::to_string(output.wanted) + " are asked for";
    case State::unfinished: break;
  }
  if (const auto thermalising = thermalisation(checkpoint)) return *thermalising;
  return formatted("%.0f %%, ", 100.0 * static_cast<double>(done) / static_cast<double>(output.wanted)) + std::to_string(done) + " of " +
         amount(output, output.wanted);
}

Surveyed survey(const Context& context, const Output& output) {
  const auto path = output_path(context.deck.params, output.file);
  const auto checkpoint = checkpoint_path(context.deck.params, output.file);
  Surveyed found{output};
  if (file_exists(context.comm, path)) {
    found = survey_file(context, output, path);
    if (found.state != State::shorter || !is_being_extended(context, output, found.done)) return found;
  }
  if (file_exists(context.comm, checkpoint) || file_exists(context.comm, previous_checkpoint(checkpoint)))
    return survey_checkpoint(context, output, path, std::move(found));
  return found;
}

std::vector<Surveyed> survey_all(const Context& context) {
  std::vector<Surveyed> all;
  for (const Output& output : all_outputs(context.deck.params)) all.push_back(survey(context, output));
  return all;
}

bool already_complete(const Context& context, const Surveyed& found) {
  require_all(context.comm, [&] {
    if (found.state == State::stale) throw Error(found.code, found.complaint + ": run the same command again with --overwrite");
  });
  if (found.needs_work()) return false;
  if (!is_being_extended(context, found.output, found.done)) {
    remove_checkpoint(context.comm, checkpoint_path(context.deck.params, found.output.file));
  }
  context.log.line(found.output.stage + ": " + output_path(context.deck.params, found.output.file).string() + " is complete");
  return true;
}

std::vector<std::string> status_lines(const std::vector<Surveyed>& all, const std::string& results, const std::string& report) {
  std::vector<std::string> lines;
  const auto add = [&](const std::string& stage, const std::string& file, const std::string& state) {
    lines.push_back(formatted("  %-9s %-28s ", stage.c_str(), file.c_str()) + state);
  };
  for (const Surveyed& each : all) add(each.output.stage, each.output.file, each.describe());
  add("measure", "results.h5", results);
  if (!report.empty()) add("report", "report/report.md", report);
  return lines;
}

}  // namespace scorefield
