#include "ensemble/walkers.h"
#include "physics/exact_law.h"
#include "stages/batch_output.h"
#include "stages/generate_lattice.h"
#include "stages/import_ensemble.h"
#include "stages/stages.h"

namespace scorefield {
namespace {

/// An ensemble of which `draw` makes any configurations, from any thread.
void make_ensemble(const Context& context, const Surveyed& found, const std::function<void(const Range&, std::span<double>)>& draw,
                   const std::function<void(H5File&)>& describe) {
  BatchWork work;
  work.unit = [&](const Range& rows, std::span<double> x, const BatchWork::Record&) { draw(rows, x); };
  BatchContents contents;
  contents.field = true;
  contents.describe = describe;
  make_batch_output(context, found, contents, work, "generate " + context.deck.params.model.name);
}

}  // namespace

void generate(const Context& context) {
  const Params& params = context.deck.params;
  const Surveyed found = survey(context, ensemble_output(params));
  if (already_complete(context, found)) return;
  if (params.generate.algorithm == "import") return import_ensemble(context, found);
  if (is_lattice(params.model)) return generate_lattice(context, found);
  const auto seed = static_cast<std::uint64_t>(params.run.seed);
  if (is_walker(params.model)) {
    const Walkers walkers(action_of(params.model), params.generate, seed);
    const auto draw = [&](const Range& rows, std::span<double> xy) { walkers.draw(rows.begin, xy); };
    const auto describe = [&](H5File& file) { file.set_attribute("/field", "walker_length", params.generate.length); };
    return make_ensemble(context, found, draw, describe);
  }
  const auto law = make_exact_law(params.model);
  make_ensemble(context, found, [&](const Range& rows, std::span<double> x) { law->draw(seed, static_cast<std::uint64_t>(rows.begin), x); },
                {});
}

}  // namespace scorefield
