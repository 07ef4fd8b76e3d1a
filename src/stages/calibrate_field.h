// The two-point function along a lattice score's own process.
#pragma once

#include "denoiser/field_model.h"
#include "stages/level_work.h"

namespace scorefield {

/// The configurations of train.calibration in rounds, whose arrays are some 100 MiB over all ranks (more beyond 64 x 64: a round has 1024
/// at least). Local.
std::int64_t calibration_rounds(const Params& params);
Range calibration_round(const Params& params, std::int64_t round);
/// Of which each counts as so many steps of the training: levels it goes down to.
std::int64_t calibration_steps(const Params& params);

/// Runs the configurations of a round down every other level of the fit, with forward noise between, by steps of the sampler sde2, and
/// returns what is to be taken out at the second stage of each, and at the top: what is linear in the mode there, or depends on the zero
/// mode alone, on the configurations that the score itself makes rather than on those of the ensemble. E[R(k) y(k)] = 0 keeps variances on
/// their known course, C + r^2, whatever else the score misses. A calibration that the model has is left out of its score. `visit` is
/// called before each level. Collective.
LinearFit calibrate_field(LevelWork& work, const FieldModel& model, std::int64_t round, const std::function<void()>& visit);

/// Adds a round to the mean over those before it.
void add_round(std::optional<LinearFit>& mean, const LinearFit& round, const Range& configurations);

}  // namespace scorefield
