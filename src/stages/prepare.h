// What is asked of the outputs before any work: what is stale or missing is said at once, and all of it.
#pragma once

#include <string>
#include <vector>

#include "stages/survey.h"

namespace scorefield {

/// Sees that `stages` can do their work: throws AgreedError that names all stale outputs of these stages with the keys that changed (with
/// --overwrite they are set aside instead), inputs that are missing, or a disk that is too small. Collective.
void prepare_outputs(const Context& context, const std::vector<std::string>& stages);

/// What prepare_outputs asks before it changes anything: the outputs of these stages. AgreedError as there. Collective.
std::vector<Surveyed> require_ready(const Context& context, const std::vector<std::string>& stages);

/// The outputs that can be measured: all whose files are finished, long enough or not, if they fill the bins. AgreedError if there is none,
/// or one that is not of this deck. Collective.
std::vector<Surveyed> measurable(const Context& context, const std::vector<Surveyed>& all);

/// Opens an output that a later stage reads. InputError if it was not found complete, naming the stage to run. Collective.
H5File open_input(const Context& context, const Surveyed& found);

}  // namespace scorefield
