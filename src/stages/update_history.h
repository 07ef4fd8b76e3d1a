// What the updates of a finished lattice ensemble did: acceptance, energy violation and step.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/hdf5.h"
#include "stages/context.h"

namespace scorefield {

/// Means over all updates between configurations, with errors of the Gamma method. <exp(-Delta H)> is 1 for an update that is reversible
/// and preserves areas.
struct UpdateStatistics {
  double acceptance = 0.0, acceptance_error = 0.0;
  double exp_minus_delta_h = 0.0, exp_minus_delta_h_error = 0.0;
  double step = 0.0;       ///< what the tuner chose, or the deck's
  std::int64_t steps = 0;  ///< an update
};

/// Reads /history and /state of an ensemble; `chain_of`: the chain of each configuration, on the root. Nothing where no update could be
/// rejected (Langevin without correction, imports). Numbers are those of the root. Collective.
std::optional<UpdateStatistics> read_update_statistics(const Context& context, const H5File& file, std::span<const std::size_t> chain_of);

/// The step that the tuner chose for an ensemble, or generate.step of the deck where it was not tuned. Collective.
double tuned_step(const Context& context, const H5File& ensemble);

/// Writes them to group/updates; on ranks that have none, what is handed over is ignored. Collective.
void write_update_statistics(H5File& out, const std::string& group, const UpdateStatistics& updates);

/// The line that `measure` prints.
std::string line_of(const UpdateStatistics& updates);
/// Adds what is wrong with them: a mean of exp(-Delta H) more than five errors from 1, an acceptance far from what the deck wants, or of
/// hardly any update.
void add_warnings(const GenerateParams& generate, const UpdateStatistics& updates, std::vector<std::string>& warnings);

}  // namespace scorefield
