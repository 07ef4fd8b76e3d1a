#include "stages/reference_of_ensemble.h"

#include <cmath>
#include <numeric>

#include "base/pairwise_sum.h"
#include "base/parallel.h"
#include "denoiser/field_model.h"
#include "denoiser/reference_tally.h"
#include "stages/batches.h"
#include "stages/field_score.h"

namespace scorefield {
namespace {

/// Sums of a tally over all configurations of the ensemble, on the root; visit(configurations) sees them, too. Collective.
template <class Visit>
std::vector<double> sums_over(const Context& context, const H5File& ensemble, const Tally& tally, const Visit& visit) {
  const Params& params = context.deck.params;
  const std::int64_t numbers = numbers_of(params);
  const WorkPlan plan(params.generate.samples, 0, wanted_batch(context, numbers), tally.numbers(), numbers);
  PairwiseSum tree(tally.quantities());
  BatchWork work;
  work.load = [&](const Range& rows, std::span<double> x) {
    ensemble.read_rows("/field", static_cast<std::uint64_t>(rows.begin), static_cast<std::uint64_t>(rows.size()), x);
  };
  work.unit = [&](const Range&, std::span<double> x, const BatchWork::Record& record) {
    record(0, x);
    visit(x);
  };
  work.store_sums = [&](const Range&, std::span<const double> sums) {
    for (std::size_t first = 0; first < sums.size(); first += tally.quantities()) tree.add(sums.subspan(first, tally.quantities()));
  };
  work.committed = [&](const BatchState&) { stop_if_asked(context); };
  BatchState state;
  run_batches(context, plan, &tally, work, state, "measure the reference of " + params.model.name);
  return tree.total();
}

FieldReference measure_component_reference(const Context& context, const H5File& ensemble) {
  const Params& params = context.deck.params;
  const FieldShape shape = shape_of_lattice(params);
  const auto components = static_cast<std::size_t>(components_of(params.model));
  const ComponentTally tally(shape, components, is_directed(params.model));
  std::vector<double> total = sums_over(context, ensemble, tally, [](std::span<const double>) {});
  context.comm.broadcast(total);
  FieldReference reference{shape, 0.0, {}, {}};
  require_all(context.comm, [&] {
    reference = component_reference(shape, components, is_directed(params.model), tally.covariance(total, params.generate.samples));
  });
  return reference;
}

}  // namespace

FieldReference measure_reference_of(const Context& context, const H5File& ensemble) {
  const Params& params = context.deck.params;
  if (is_complex_field(params.model)) return measure_component_reference(context, ensemble);
  const FieldShape shape = shape_of_lattice(params);
  std::vector<std::vector<double>> zero_modes(static_cast<std::size_t>(thread_count()));
  const std::vector<double> total = sums_over(context, ensemble, ReferenceTally(shape), [&](std::span<const double> x) {
    for (std::size_t first = 0; first < x.size(); first += shape.sites()) {
      const auto field = x.subspan(first, shape.sites());
      const double sum = std::accumulate(field.begin(), field.end(), 0.0);
      zero_modes[static_cast<std::size_t>(thread_number())].push_back(sum / std::sqrt(static_cast<double>(shape.sites())));
    }
  });
  const std::vector<double> gathered = context.comm.gather(joined(zero_modes));
  FieldReference reference{shape, 0.0, {}, {}};
  std::vector<double> zero, magnetisation;
  require_all(context.comm, [&] {
    if (!context.comm.is_root()) return;
    reference = reference_from(params.network.reference, shape, total, static_cast<std::size_t>(params.network.peaks), gathered);
    zero = numbers_of(reference.zero);
    magnetisation = {reference.magnetisation};
  });
  for (auto* values : {&reference.spectrum, &zero, &magnetisation}) context.comm.broadcast(*values);
  reference.magnetisation = magnetisation[0];
  reference.zero = zero_mode_of(zero);
  return reference;
}

}  // namespace scorefield
