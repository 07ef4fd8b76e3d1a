// A fitted lattice score as data, and its file.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/hdf5.h"
#include "denoiser/features.h"
#include "denoiser/field_layers.h"
#include "denoiser/linear_part.h"

namespace scorefield {

/// Reference, features, a network on top of them where there is one, and what the calibration takes out of all.
struct FieldModel {
  FieldReference reference;
  FeatureFit fit;
  std::optional<FieldWeights> network{};
  std::optional<LinearFit> calibration{};
};

/// R of all of it; networks compute on `device` (learning.h, which is loaded then). The model must outlive it.
std::unique_ptr<Correction> make_correction(const FieldModel& model, const std::string& device);

/// Rows one behind the other. Local.
std::vector<double> joined(const std::vector<std::vector<double>>& rows);

/// All numbers of a model but its network's, by name: reference_spectrum is /reference/spectrum of a model file (doc/file-formats.md).
using ModelArrays = std::map<std::string, std::vector<double>>;
ModelArrays arrays_of(const FieldModel& model);
/// The inverse, with features up to `order`; nothing if they do not belong together, or to a lattice of this shape. Local.
std::optional<FieldModel> field_model_of(const ModelArrays& arrays, FieldShape shape, int order);

/// Reads /reference, /features, /calibration and /network of a model file; `network` is the deck's. AgreedError: bad input if they do not
/// belong together, or to a lattice of this shape, numerical if not all numbers are finite. Collective.
FieldModel read_field_model(const H5File& file, FieldShape shape, const NetworkParams& network);

/// Writes them. Collective.
void write_field_model(H5File& file, const FieldModel& model);

}  // namespace scorefield
