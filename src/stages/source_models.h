// The models of train.from. All functions are collective.
#pragma once

#include <vector>

#include "denoiser/field_model.h"
#include "stages/survey.h"

namespace scorefield {

/// Those that train.from names. AgreedError if one cannot be read, or has other features than the deck asks for; if it is one, of another
/// theory; if they are several, unless they are of complexified fields on the deck's lattice and differ in one number of the model, within
/// whose values the deck's is.
std::vector<FieldModel> read_source_models(const Context& context);

/// AgreedError if a noise of the deck's levels is beyond those that a model was fitted at by more than two levels are apart: what was not
/// fitted is not known. `models` are those of train.from, in its order.
void require_noises(const Context& context, const std::vector<FieldModel>& models, const std::vector<double>& ratios);

/// A number for the models of train.from.
std::int64_t identity_of_sources(const std::vector<FieldModel>& models);

/// Makes the model of a parameter's value from those at others, without any configuration of its own: model-P.h5.
void train_between(const Context& context, const Surveyed& found, const Process& process);

}  // namespace scorefield
