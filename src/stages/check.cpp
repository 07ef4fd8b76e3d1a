#include <algorithm>
#include <filesystem>

#include "base/folder_lock.h"
#include "base/text.h"
#include "stages/costs.h"
#include "stages/lineage.h"
#include "stages/prepare.h"
#include "stages/stages.h"

namespace scorefield {
namespace {

/// What is known of the report, which is not the program's: whether it is of this results.h5, by their dates; "" without that. `whole`:
/// whether results.h5 is of the outputs as they are. Local.
std::string describe_report(const Params& params, bool whole) {
  const std::filesystem::path results = output_path(params, "results.h5"), report = output_path(params, "report") / "report.md";
  const std::string command = "scorefield-analysis report " + params.run.output;
  std::error_code unmeasured, unreported;
  const auto measured = std::filesystem::last_write_time(results, unmeasured),
             written = std::filesystem::last_write_time(report, unreported);
  if (unmeasured) return "";
  if (unreported) return "missing: " + command;
  if (!whole) return "of results.h5 as it is: measure first";
  return written < measured ? "older than results.h5: " + command : "complete";
}

/// A line for each output, for what was measured of them, and for the report on that.
void tell_status(const Context& context, const std::vector<Surveyed>& all) {
  const std::string results = describe_results(context, all);
  for (const std::string& line : status_lines(all, results, describe_report(context.deck.params, results == "complete")))
    context.log.line(line);
}

}  // namespace

void check(const Context& context) {
  const Params& params = context.deck.params;
  context.log.line(resolved_text(params));
  context.log.line("check: the deck is good. Output folder: " + params.run.output);
  for (const std::string& line : keys_without_effect(context.deck)) context.log.line("  without effect " + line);
  tell_costs(context);
  tell_status(context, survey_all(context));
  require_ready(context, {"generate", "train", "sample", "measure"});
}

void status(const Context& context) {
  const Params& params = context.deck.params;
  require_all(context.comm, [&] {
    if (context.comm.is_root() && !std::filesystem::is_directory(params.run.output)) {
      throw InputError("no folder " + params.run.output + ": nothing of this deck was run yet");
    }
  });
  const std::string holder = context.comm.is_root() ? FolderLock::holder(params.run.output) : "";
  context.log.line(params.run.output + ": " + (holder.empty() ? "no run is at work" : "in use by " + holder));
  const std::vector<Surveyed> all = survey_all(context);
  tell_status(context, all);
  const bool saved = std::any_of(all.begin(), all.end(), [](const Surveyed& each) { return each.state == State::unfinished; });
  if (!holder.empty() && !saved) {
    context.log.line("  what it is at shows after its first checkpoint (run.checkpoint: every " + readable_time(params.run.checkpoint) +
                     "); measure has none");
  }
}

}  // namespace scorefield
