// The two-point function along a lattice score's own process.
#pragma once

#include "denoiser/field_model.h"
#include "stages/level_work.h"

namespace scorefield {

/// Runs train.calibration configurations down the levels of the fit, with forward noise between (as the sampler sde2 does), and returns
/// what is to be taken out at each level: what is linear in the mode there, or depends on the zero mode alone, on the configurations that
/// the score itself makes rather than on those of the ensemble. E[R(k) y(k)] = 0 keeps variances on their known course, C + r^2, whatever
/// else the score misses. `model` is not calibrated yet. `visit` is called after each level. Holds three arrays of all those
/// configurations, over the ranks. Collective.
LinearFit calibrate_field(LevelWork& work, const FieldModel& model, const std::function<void()>& visit);

}  // namespace scorefield
