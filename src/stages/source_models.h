// The models of train.from. All functions are collective.
#pragma once

#include <span>
#include <vector>

#include "denoiser/field_model.h"
#include "stages/survey.h"

namespace scorefield {

/// Those that train.from names. AgreedError if one cannot be read, or has other features than the deck asks for; if it is one, of another
/// theory; if they are several, unless they are of complexified fields on the deck's lattice and differ in one number of the model, within
/// whose values the deck's is.
std::vector<FieldModel> read_source_models(const Context& context);

/// AgreedError if the deck's noises reach a tenth or more beyond those that a model was fitted at: what was not fitted is not known. The
/// lowest are compared as forward.noise-min, in each theory's own unit. `models` are those of train.from, in its order; `ratios` those of
/// the deck's levels.
void require_noises(const Context& context, std::span<const FieldModel> models, const std::vector<double>& ratios);

/// A number for the models of train.from.
std::int64_t identity_of_sources(const std::vector<FieldModel>& models);

/// Makes the model of a parameter's value from those at others, without any configuration of its own: model-P.h5.
void train_between(const Context& context, const Surveyed& found, const Process& process);

}  // namespace scorefield
