// Which file an output was made from, where its keys do not decide that to the bit.
#pragma once

#include <cstdint>
#include <string>

#include "denoiser/field_model.h"
#include "diffusion/model_file.h"
#include "stages/survey.h"

namespace scorefield {

/// A number for the weights of a model. Trainings of the same deck on other numbers of ranks differ in the last bits. Local.
std::int64_t identity_of(const Model& model);
std::int64_t identity_of(const FieldModel& model);

/// "": the samples in `file` were made by the model that is there now, or there is none; else what is wrong. Collective.
std::string complaint_about_model(const Context& context, const Output& output, const H5File& file);

/// How far results.h5 is: missing, complete, or measured before something else was made; one line for the user. Collective.
std::string describe_results(const Context& context, const std::vector<Surveyed>& all);

}  // namespace scorefield
