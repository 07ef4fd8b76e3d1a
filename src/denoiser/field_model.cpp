#include "denoiser/field_model.h"

#include <algorithm>

namespace scorefield {

FieldModel read_field_model(const H5File& file, FieldShape shape) {
  FieldModel model;
  model.reference = {shape, file.number_attribute("/reference", "magnetisation").value_or(-1.0), file.read_all("/reference/spectrum")};
  model.fit.order = static_cast<int>(file.integer_attribute("/features", "order").value_or(0));
  model.fit.ratios = file.read_all("/features/ratio");
  model.fit.bounds = file.read_all("/features/bound");
  const std::vector<double> all = file.read_all("/features/coefficient");
  const std::size_t levels = model.fit.ratios.size();
  const std::size_t features = feature_names(feature_graph(model.reference.magnetisation > 0.0, model.fit.order)).size();
  const auto positive = [](const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), [](double v) { return v > 0.0; });
  };
  const bool good = model.reference.magnetisation >= 0.0 && model.reference.spectrum.size() == shape.sites() &&
                    positive(model.reference.spectrum) && levels > 0 && positive(model.fit.ratios) &&
                    std::is_sorted(model.fit.ratios.begin(), model.fit.ratios.end()) && model.fit.bounds.size() == levels &&
                    all.size() == levels * features;
  file.require(good, "holds no score of fields on this lattice: train again with --overwrite");
  for (std::size_t i = 0; i < levels; ++i) {
    const auto part = std::span(all).subspan(i * features, features);
    model.fit.coefficients.emplace_back(part.begin(), part.end());
  }
  return model;
}

void write_field_model(H5File& file, const FieldModel& model) {
  const FieldShape shape = model.reference.shape;
  file.write_all("/reference/spectrum", {shape.y, shape.x}, model.reference.spectrum);
  file.set_attribute("/reference", "magnetisation", model.reference.magnetisation);
  const std::size_t levels = model.fit.ratios.size();
  std::vector<double> all;
  for (const auto& each : model.fit.coefficients) all.insert(all.end(), each.begin(), each.end());
  file.write_all("/features/ratio", {levels}, model.fit.ratios);
  file.write_all("/features/bound", {levels}, model.fit.bounds);
  file.write_all("/features/coefficient", {levels, all.size() / levels}, all);
  file.set_attribute("/features", "order", static_cast<std::int64_t>(model.fit.order));
  std::string names;
  for (const std::string& name : feature_names(feature_graph(model.reference.magnetisation > 0.0, model.fit.order))) {
    names += (names.empty() ? "" : "; ") + name;
  }
  file.set_attribute("/features", "names", names);
}

}  // namespace scorefield
