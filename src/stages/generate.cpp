#include "physics/exact_law.h"
#include "stages/batch_output.h"
#include "stages/generate_lattice.h"
#include "stages/import_ensemble.h"
#include "stages/stages.h"

namespace scorefield {

void generate(const Context& context) {
  const Params& params = context.deck.params;
  const Surveyed found = survey(context, ensemble_output(params));
  if (already_complete(context, found)) return;
  if (params.generate.algorithm == "import") return import_ensemble(context, found);
  if (is_lattice(params.model)) return generate_lattice(context, found);
  const auto law = make_exact_law(params.model);
  BatchWork work;
  work.unit = [&](const Range& rows, std::span<double> x, const BatchWork::Record&) {
    law->draw(static_cast<std::uint64_t>(params.run.seed), static_cast<std::uint64_t>(rows.begin), x);
  };
  BatchContents contents;
  contents.field = true;
  make_batch_output(context, found, contents, work, "generate " + params.model.name);
}

}  // namespace scorefield
