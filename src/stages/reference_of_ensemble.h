// The Gaussian process that the score of a lattice field is learnt beside, from the ensemble.
#pragma once

#include "base/hdf5.h"
#include "denoiser/field_reference.h"
#include "stages/context.h"

namespace scorefield {

/// The reference of the deck's kind, from all configurations of the ensemble, on all ranks with the same bits. Collective; InputError if a
/// mode does not fluctuate.
FieldReference measure_reference_of(const Context& context, const H5File& ensemble);

}  // namespace scorefield
