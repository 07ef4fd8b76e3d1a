// One noise level of a lattice score: its fit, and its distance to the exact denoiser. All are collective.
#pragma once

#include <array>

#include "denoiser/field_model.h"
#include "stages/level_work.h"

namespace scorefield {

constexpr std::int64_t kFitGroups = 8;  // of configurations, by which the ridge is chosen

/// Fits the features at ratios[level], whose values are added to model.fit.
void fit_level(LevelWork& work, const std::vector<double>& ratios, std::size_t level, FieldModel& model);

/// Takes the features of `source` over at ratios[level]: its coefficients and bounds, and what is linear in them here.
void take_over_level(LevelWork& work, const std::vector<double>& ratios, std::size_t level, const FeatureFit& source, FieldModel& model);

/// Updates of a posterior chain of validate_level. Local.
std::int64_t updates_of_validation(const TrainParams& train);

/// |D - D*|^2 and |D_ref - D*|^2 over the posterior's variance, each with its error, from two means of one posterior chain, far apart:
/// their product has no noise of its own.
std::array<double, 4> validate_level(LevelWork& work, const std::vector<double>& ratios, std::size_t level, const Correction& correction);

}  // namespace scorefield
