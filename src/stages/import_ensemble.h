// Configurations that others made, as an ensemble.
#pragma once

#include "stages/survey.h"

namespace scorefield {

/// Looks at generate.import-file before the work: AgreedError if it is missing, cannot be read, or has another shape or too few
/// configurations, or is an ensemble of this program with other chains than generate.chains. Collective.
void require_import(const Context& context);

/// Copies the first generate.samples configurations of generate.import-file into ensemble.h5: an array (N, Ly, Lx) or (N, 1, Ly, Lx) in a
/// .npy file, or the dataset generate.import-dataset of an HDF5 file, ordered by (trajectory, chain). AgreedError if it has another
/// shape, too few of them, or holds what is not finite. There is no checkpoint: an interrupted import begins again. Collective.
void import_ensemble(const Context& context, const Surveyed& found);

}  // namespace scorefield
