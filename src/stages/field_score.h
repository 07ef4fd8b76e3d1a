// Diffusion models of fields on a lattice: training, sampling and, of real ones, finish. All are collective.
#pragma once

#include "denoiser/field_model.h"
#include "diffusion/samplers.h"
#include "stages/context.h"

namespace scorefield {

/// Measures the reference of the ensemble, fits the features of the score at each noise level and tells how far it is from the exact one:
/// model-P.h5.
void train_field(const Context& context, const Process& process);

/// Runs the forward process on the ensemble: forward-P.h5.
void sample_forward_field(const Context& context, const Process& process);

/// Runs the backward process with one of the deck's scores: samples-P-S.h5.
void sample_field(const Context& context, const Process& process, std::size_t score_index);

/// Moves each of the samples by sample.finish updates of the ensemble's algorithm, which leave exp(-S) as it is: finished-P-S.h5, with what
/// became of the configurations on the way.
void finish_field(const Context& context, const Process& process, std::size_t score_index);

/// Configurations that are kept at all recorded levels.
constexpr std::int64_t kSnapshots = 4;

/// The sites of the deck's lattice.
FieldShape shape_of_lattice(const Params& params);

/// The variance that sets the level coordinate, and the lowest noise over its root, for a reference and the deck's forward.noise-min.
/// Local.
struct FieldLevels {
  Reference scale;
  double noise_min = 0.0;
};
FieldLevels field_levels(const FieldReference& reference, const Params& params);

/// The noises sqrt(Xi)/f of train.levels levels, even in the level coordinate, from the lowest to that at T. Collective.
std::vector<double> ratios_of_levels(const Context& context, const Process& process, const FieldReference& reference);

}  // namespace scorefield
