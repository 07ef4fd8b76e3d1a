#include "base/pending_file.h"
#include "physics/exact_law.h"
#include "stages/batches.h"
#include "stages/stages.h"

namespace scorefield {

void generate(const Context& context) {
  const Params& params = context.deck.params;
  const auto path = output_path(params, "ensemble.h5");
  const std::string fingerprint = ensemble_fingerprint(params);
  if (is_complete(context, path, fingerprint)) {
    context.log.line("generate: " + path.string() + " is complete");
    return;
  }
  const auto law = make_exact_law(params.model);
  const WorkPlan plan(params.generate.samples, params.measure.bins);
  PendingFile pending(path, context.comm);
  H5File& file = pending.file();
  file.create_dataset("/field", {static_cast<std::uint64_t>(plan.samples()), 1, 1, 1});
  file.set_attribute("/field", "components", std::string("real"));
  write_provenance(file, context, "generate", fingerprint);
  BatchWork work;
  work.unit = [&](const Range& rows, std::span<double> x, const BatchWork::Record&) {
    law->draw(static_cast<std::uint64_t>(params.run.seed), static_cast<std::uint64_t>(rows.begin), x);
  };
  work.store = [&](const Range& rows, std::span<const double> x) { file.write_rows("/field", static_cast<std::uint64_t>(rows.begin), x); };
  run_batches(context, plan, nullptr, work, "generate " + params.model.name);
  pending.commit();
}

}  // namespace scorefield
