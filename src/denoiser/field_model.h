// A fitted lattice score as data, and its file.
#pragma once

#include <memory>

#include "base/hdf5.h"
#include "denoiser/features.h"

namespace scorefield {

/// Reference and correction.
struct FieldModel {
  FieldReference reference;
  FeatureFit fit;
};

/// Rows one behind the other, and the inverse. Local.
std::vector<double> joined(const std::vector<std::vector<double>>& rows);
std::vector<std::vector<double>> rows_of(std::span<const double> all, std::size_t rows);

/// Reads /reference and /features of a model file. InputError if they do not belong together, or to a lattice of this shape. Collective.
FieldModel read_field_model(const H5File& file, FieldShape shape);

/// Writes them. Collective.
void write_field_model(H5File& file, const FieldModel& model);

}  // namespace scorefield
