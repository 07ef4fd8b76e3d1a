// One score for a range of a parameter: between models that were learnt at some values of it. Local.
#pragma once

#include <span>
#include <vector>

#include "denoiser/field_model.h"

namespace scorefield {

/// Weights of polynomial interpolation at `at` between values that differ: prod_{j != i} (at - t_j)/(t_i - t_j).
std::vector<double> interpolation_weights(std::span<const double> values, double at);

/// The reference of complexified fields between those of `models`: log S(k) is interpolated, so that S(k) stays positive.
FieldReference reference_between(const std::vector<FieldModel>& models, std::span<const double> weights);

/// The model with this reference and, at these noises, the coefficients and the linear parts between those of `models`; bounds and limits
/// are the largest. Calibrated if all of them are. `models`: with features of one order.
FieldModel model_between(const std::vector<FieldModel>& models, std::span<const double> weights, FieldReference reference,
                         const std::vector<double>& ratios);

}  // namespace scorefield
