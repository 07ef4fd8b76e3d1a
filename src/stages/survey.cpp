#include "stages/survey.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/checkpoint.h"
#include "base/disk.h"
#include "base/growing_file.h"
#include "stages/contents.h"

namespace scorefield {
namespace {

std::string amount(const Output& output, std::int64_t length) { return std::to_string(length) + " " + output.unit; }

/// The keys that differ between the deck that made a file and this one: "model.sigma0 was 0.25".
std::string changes(const Output& now, const std::string& stored_deck) {
  std::string text;
  try {
    const Params before = parse_deck("deck", stored_deck, {}).params;
    for (const Output& old : all_outputs(before)) {
      if (old.file != now.file) continue;
      for (const auto& setting : old.settings) {
        if (std::find(now.settings.begin(), now.settings.end(), setting) != now.settings.end()) continue;
        text += (text.empty() ? "" : ", ") + setting.first + " was " + setting.second;
      }
    }
  } catch (const InputError&) {
    text = "of another version of the program";
  }
  return text.empty() ? "of another version of the program" : text;
}

/// State of a file that is there under its final name.
Surveyed survey_file(const Context& context, const Output& output, const std::filesystem::path& path) {
  Surveyed found{output, State::stale, 0, "", ExitCode::bad_input};
  try {
    const H5File file = H5File::open(path, context.comm);
    const std::string fingerprint = file.text_attribute("/provenance", "fingerprint").value_or("");
    found.done = file.integer_attribute("/provenance", "length").value_or(0);
    if (fingerprint != output.fingerprint()) {
      const std::string deck = file.text_attribute("/provenance", "deck").value_or("");
      found.complaint = path.string() + " was made by another deck (" + changes(output, deck) + ")";
    } else if (found.done > output.wanted) {
      found.complaint =
          path.string() + " has " + amount(output, found.done) + ", more than " + output.length_key + " = " + std::to_string(output.wanted);
    } else {
      check_contents(file, context, output, found.done);
      found.state = found.done == output.wanted ? State::complete : State::shorter;
    }
  } catch (const AgreedError& error) {
    found.complaint = error.what();
    found.code = error.code();
  }
  return found;
}

/// Whether the file of unfinished work can be written on; the complaint and its code if not. Collective.
void look_at_partial(const Context& context, const std::filesystem::path& path, Surveyed& found) {
  const auto partial = GrowingFile::partial(path);
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

/// State of work that has a checkpoint.
Surveyed survey_checkpoint(const Context& context, const Output& output, const std::filesystem::path& path) {
  Surveyed found{output, State::stale, 0, "", ExitCode::bad_input};
  std::optional<Checkpoint> checkpoint;
  try {
    checkpoint = read_checkpoint(context.comm, checkpoint_path(context.deck.params, output.file));
  } catch (const AgreedError& error) {
    found.complaint = error.what();
    found.code = error.code();
    return found;
  }
  if (!checkpoint) return {output, State::missing, 0, "", ExitCode::bad_input};  // it was finished meanwhile
  found.done = checkpoint->committed;
  if (checkpoint->fingerprint != output.fingerprint()) {
    found.complaint = "the unfinished " + path.string() + " belongs to another deck (" + changes(output, checkpoint->deck) + ")";
  } else if (checkpoint->wanted != output.wanted) {
    found.complaint = "the unfinished " + path.string() + " was begun with " + output.length_key + " = " +
                      std::to_string(checkpoint->wanted) + ": finish it so, then ask for more";
  } else if (output.stage != "train") {
    look_at_partial(context, path, found);
  }
  if (found.complaint.empty()) found.state = State::unfinished;
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

}  // namespace

std::string Surveyed::describe() const {
  switch (state) {
    case State::complete: return "complete, " + amount(output, done);
    case State::missing: return "missing";
    case State::stale: return "stale: " + complaint;
    case State::shorter: return "complete with " + amount(output, done) + "; " + std::to_string(output.wanted) + " are asked for";
    case State::unfinished: break;
  }
  char percent[16];
  std::snprintf(percent, sizeof percent, "%.0f %%", 100.0 * static_cast<double>(done) / static_cast<double>(output.wanted));
  return std::string(percent) + ", " + std::to_string(done) + " of " + amount(output, output.wanted);
}

Surveyed survey(const Context& context, const Output& output) {
  const auto path = output_path(context.deck.params, output.file);
  const auto checkpoint = checkpoint_path(context.deck.params, output.file);
  if (file_exists(context.comm, path)) {
    Surveyed found = survey_file(context, output, path);
    if (found.state != State::shorter || !is_being_extended(context, output, found.done)) return found;
  }
  if (file_exists(context.comm, checkpoint) || file_exists(context.comm, previous_checkpoint(checkpoint)))
    return survey_checkpoint(context, output, path);
  return {output, State::missing, 0, "", ExitCode::bad_input};
}

std::vector<Surveyed> survey_all(const Context& context) {
  std::vector<Surveyed> all;
  for (const Output& output : all_outputs(context.deck.params)) all.push_back(survey(context, output));
  return all;
}

bool already_complete(const Context& context, const Surveyed& found) {
  if (found.needs_work()) return false;
  if (!is_being_extended(context, found.output, found.done)) {
    remove_checkpoint(context.comm, checkpoint_path(context.deck.params, found.output.file));
  }
  context.log.line(found.output.stage + ": " + output_path(context.deck.params, found.output.file).string() + " is complete");
  return true;
}

std::vector<std::string> status_lines(const std::vector<Surveyed>& all) {
  std::vector<std::string> lines;
  for (const Surveyed& each : all) {
    char start[64];
    std::snprintf(start, sizeof start, "  %-9s %-28s ", each.output.stage.c_str(), each.output.file.c_str());
    lines.push_back(start + each.describe());
  }
  return lines;
}

}  // namespace scorefield
