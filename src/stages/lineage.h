// Which file an output was made from, where its keys do not decide that to the bit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "denoiser/field_model.h"
#include "diffusion/model_file.h"
#include "stages/survey.h"

namespace scorefield {

/// A number for the weights of a model. Trainings of the same deck on other numbers of ranks differ in the last bits. Local.
std::int64_t identity_of(const Model& model);
std::int64_t identity_of(const FieldModel& model);

/// A number for an ensemble of fields: of some of its configurations, from the first to the last. Ensembles of one deck differ where
/// another file was imported. Collective.
std::int64_t identity_of_ensemble(const H5File& ensemble);

/// "": `learnt_from` is the identity of the ensemble that is there now, `output` is no model of fields, or there is no ensemble; else what
/// is wrong. Collective.
std::string complaint_about_ensemble(const Context& context, const Output& output, std::optional<std::int64_t> learnt_from);

/// "": `made_with` is the identity of the model of train.from as it is now, or none is taken over, or it cannot be read, which is said
/// where it is; else what is wrong. Collective.
std::string complaint_about_features(const Context& context, const Output& output, std::optional<std::int64_t> made_with);

/// "": `file` was made with the model that is there now, which is of the ensemble that is there, or there is none; else what is
/// wrong. Collective.
std::string complaint_about_model(const Context& context, const Output& output, const H5File& file);

/// How far results.h5 is: missing, complete, or measured before something else was made; one line for the user. Collective.
std::string describe_results(const Context& context, const std::vector<Surveyed>& all);

}  // namespace scorefield
