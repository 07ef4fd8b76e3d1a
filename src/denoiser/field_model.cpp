#include "denoiser/field_model.h"

#include <algorithm>
#include <functional>

#include "base/error.h"
#include "base/finite.h"
#include "base/text.h"
#include "denoiser/component_graph.h"
#include "denoiser/learning.h"
#include "denoiser/reference_tally.h"

namespace scorefield {

std::vector<double> joined(const std::vector<std::vector<double>>& rows) {
  std::vector<double> all;
  for (const auto& row : rows) all.insert(all.end(), row.begin(), row.end());
  return all;
}

namespace {

using Rows = std::vector<std::vector<double>>;

Rows rows_of(std::span<const double> all, std::size_t rows) {
  Rows result;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto row = all.subspan(i * (all.size() / rows), all.size() / rows);
    result.emplace_back(row.begin(), row.end());
  }
  return result;
}

constexpr auto kArrays = {"reference_spectrum", "reference_covariance", "reference_magnetisation", "reference_zero",
                          "features_ratio",     "features_widest",      "features_deviation",      "features_bound",
                          "features_limit",     "features_coefficient", "features_linear",         "features_zero",
                          "calibration_ratio",  "calibration_linear",   "calibration_zero"};

/// reference_spectrum is /reference/spectrum.
std::string path_of(const std::string& name) {
  std::string path = "/" + name;
  path[path.find('_')] = '/';
  return path;
}

/// The shape of an array in a file: rows are levels of the features or the calibration, or pairs of the zero mode.
std::vector<std::uint64_t> shape_of(const std::string& name, const FieldModel& model, std::size_t size) {
  const FieldShape sites = model.reference.shape;
  const std::size_t levels = (name.starts_with("calibration") ? model.calibration->ratios : model.fit.ratios).size();
  const std::size_t planes = size / sites.sites();  // of numbers a site
  if (name == "reference_spectrum") return {sites.y, sites.x};
  if (name == "reference_covariance") return {planes, sites.y, sites.x};
  if (name == "reference_zero") return {size / 3, 3};
  if (name == "reference_magnetisation" || name == "features_widest" || size == levels) return {size};
  if (name.ends_with("_linear")) {
    return planes == levels ? std::vector<std::uint64_t>{levels, sites.y, sites.x}
                            : std::vector<std::uint64_t>{levels, planes / levels, sites.y, sites.x};
  }
  return {levels, size / levels};
}

void require_finite(const H5File& file, const std::string& path, const std::vector<double>& values) {
  file.require(all_finite(values), "is damaged: " + path + " holds what is infinite or not a number", ExitCode::numerical);
}

class ModelCorrection : public Correction {
 public:
  ModelCorrection(const FieldModel& model, const std::string& device) : features_(model.reference, model.fit) {
    if (model.network) network_ = learning().network_correction(model.reference, features_, *model.network, model.fit.scale, device);
    if (model.calibration) calibrated_.emplace(model.reference, learnt(), *model.calibration);
  }
  std::unique_ptr<CorrectionWorker> worker() const override { return calibrated_ ? calibrated_->worker() : learnt().worker(); }

 private:
  const Correction& learnt() const {
    if (network_) return *network_;
    return features_;
  }

  FeatureCorrection features_;
  std::unique_ptr<Correction> network_;
  std::optional<CalibratedCorrection> calibrated_;
};

}  // namespace

std::unique_ptr<Correction> make_correction(const FieldModel& model, const std::string& device) {
  return std::make_unique<ModelCorrection>(model, device);
}

ModelArrays arrays_of(const FieldModel& model) {
  const FeatureFit& fit = model.fit;
  ModelArrays arrays = {{"reference_magnetisation", {model.reference.magnetisation}},
                        {"reference_zero", numbers_of(model.reference.zero)},
                        {"features_ratio", fit.ratios},
                        {"features_widest", {fit.widest}},
                        {"features_deviation", fit.deviations},
                        {"features_bound", fit.bounds},
                        {"features_limit", fit.limits},
                        {"features_coefficient", joined(fit.coefficients)},
                        {"features_linear", joined(fit.linear)},
                        {"features_zero", joined(fit.zero)}};
  if (model.reference.basis) {
    arrays["reference_covariance"] = model.reference.basis->covariance_numbers();
  } else {
    arrays["reference_spectrum"] = model.reference.spectrum;
  }
  if (model.calibration) {
    arrays["calibration_ratio"] = model.calibration->ratios;
    arrays["calibration_linear"] = joined(model.calibration->linear);
    arrays["calibration_zero"] = joined(model.calibration->zero);
  }
  return arrays;
}

namespace {

bool all_positive(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return v > 0.0; });
}

/// An array by name; none where there is nothing.
std::vector<double> list_of(const ModelArrays& arrays, const char* name) {
  const auto found = arrays.find(name);
  return found == arrays.end() ? std::vector<double>() : found->second;
}

/// Of several components a site; nothing if the numbers are no covariance of two or four.
std::optional<FieldReference> component_reference_of(const std::vector<double>& covariance, FieldShape shape) {
  for (const std::size_t components : {2u, 4u}) {
    for (const bool directed : {false, true}) {
      const ModeOrbits orbits(shape, directed);
      if (covariance.size() != numbers_of_matrix(orbits, components)) continue;
      try {
        return component_reference(shape, components, directed, ModeBasis::covariance_of(orbits, components, covariance));
      } catch (const InputError&) {
        return std::nullopt;
      }
    }
  }
  return std::nullopt;
}

std::optional<FieldReference> reference_of(const ModelArrays& arrays, FieldShape shape) {
  const std::vector<double> covariance = list_of(arrays, "reference_covariance");
  if (!covariance.empty()) return component_reference_of(covariance, shape);
  const std::vector<double> spectrum = list_of(arrays, "reference_spectrum"), magnetisation = list_of(arrays, "reference_magnetisation"),
                            pairs = list_of(arrays, "reference_zero");
  const bool good = spectrum.size() == shape.sites() && all_positive(spectrum) && magnetisation.size() == 1 && magnetisation[0] >= 0.0 &&
                    !pairs.empty() && pairs.size() % 3 == 0;
  if (!good) return std::nullopt;
  FieldReference reference{shape, magnetisation[0], spectrum, zero_mode_of(pairs)};
  const auto& peaks = reference.zero.pairs;
  if (!std::all_of(peaks.begin(), peaks.end(), [](const PeakPair& p) { return p.weight >= 0.0 && p.variance > 0.0; })) return std::nullopt;
  return reference;
}

/// Names of the features up to an order.
std::vector<std::string> feature_names_of(const FieldReference& reference, int order) {
  if (reference.basis) return component_feature_names(component_graph(reference.basis->components() / 2, order));
  return feature_names(feature_graph(reference.magnetisation > 0.0, order));
}

/// Numbers a level: those of components are features of their real and of their imaginary parts.
std::size_t coefficients_of(const FieldReference& reference, int order) {
  return (reference.basis ? 2 : 1) * feature_names_of(reference, order).size();
}

}  // namespace

std::optional<FieldModel> field_model_of(const ModelArrays& arrays, FieldShape shape, int order) {
  const auto list = [&](const char* name) { return list_of(arrays, name); };
  const auto bounds_of = [](const std::vector<double>& values, std::size_t count) {
    return values.size() == count && std::all_of(values.begin(), values.end(), [](double v) { return v >= 0.0; });
  };
  const std::optional<FieldReference> reference = reference_of(arrays, shape);
  const std::vector<double> widest = list("features_widest");
  if (!reference || widest.size() != 1 || !(widest[0] > 0.0)) return std::nullopt;
  FieldModel model{*reference, {}};
  FeatureFit& fit = model.fit;
  fit.order = order;
  fit.widest = widest[0];
  fit.scale = model.reference.widest();
  fit.ratios = list("features_ratio");
  fit.deviations = list("features_deviation");
  fit.bounds = list("features_bound");
  fit.limits = list("features_limit");
  const std::vector<double> calibrated = list("calibration_ratio");
  const std::size_t levels = fit.ratios.size(), features = coefficients_of(*reference, order), of_linear = numbers_of_linear(*reference);
  const auto has = [&](const char* name, std::size_t rows, std::size_t width) { return list(name).size() == rows * width; };
  const auto ascending = [&](const std::vector<double>& values) {
    return all_positive(values) && std::adjacent_find(values.begin(), values.end(), std::greater_equal<>()) == values.end();
  };
  const bool good_rows = has("features_coefficient", levels, features) && has("features_linear", levels, of_linear) &&
                         has("features_zero", levels, kZeroFunctions) && has("calibration_linear", calibrated.size(), of_linear) &&
                         has("calibration_zero", calibrated.size(), kZeroFunctions);
  const bool good_fit = ascending(fit.ratios) && ascending(calibrated) && fit.deviations.size() == levels && all_positive(fit.deviations) &&
                        bounds_of(fit.bounds, levels) && bounds_of(fit.limits, levels);
  if (!good_rows || !good_fit) return std::nullopt;
  fit.coefficients = rows_of(list("features_coefficient"), levels);
  fit.linear = rows_of(list("features_linear"), levels);
  fit.zero = rows_of(list("features_zero"), levels);
  if (!calibrated.empty()) {
    model.calibration = LinearFit{fit.scale, calibrated, rows_of(list("calibration_linear"), calibrated.size()),
                                  rows_of(list("calibration_zero"), calibrated.size())};
  }
  return model;
}

namespace {

std::string names_of_features(const FieldModel& model) { return joined(feature_names_of(model.reference, model.fit.order), "; "); }

}  // namespace

FieldModel read_field_model(const H5File& file, FieldShape shape, const NetworkParams& network) {
  ModelArrays arrays;
  for (const char* name : kArrays) {
    if (!file.exists(path_of(name))) continue;
    arrays[name] = file.read_all(path_of(name));
    require_finite(file, path_of(name), arrays[name]);
  }
  const auto order = static_cast<int>(file.integer_attribute("/features", "order").value_or(0));
  std::optional<FieldModel> model = field_model_of(arrays, shape, order);
  file.require(model && !model->fit.ratios.empty(), "holds no score of fields on this lattice: train again with --overwrite");
  file.require(file.text_attribute("/features", "names").value_or("") == names_of_features(*model),
               "has features of another version of the program: train again with --overwrite");
  if (network.kind == "features") return *model;
  model->network = FieldWeights{network, file.read_all("/network/frequencies"), file.read_all("/network/best_weights")};
  const bool fits = static_cast<std::int64_t>(model->network->weights.size()) == field_parameter_count(network, shape) &&
                    static_cast<std::int64_t>(model->network->frequencies.size()) == network.embedding / 2;
  file.require(fits, "holds another network than the deck's: train again with --overwrite");
  require_finite(file, "/network/frequencies", model->network->frequencies);
  require_finite(file, "/network/best_weights", model->network->weights);
  return *model;
}

void write_field_model(H5File& file, const FieldModel& model) {
  for (const auto& [name, values] : arrays_of(model)) {
    file.write_all(path_of(name), shape_of(name, model, values.size()), values);
  }
  file.set_attribute("/features", "order", static_cast<std::int64_t>(model.fit.order));
  file.set_attribute("/features", "names", names_of_features(model));
  if (!model.network) return;
  file.write_all("/network/frequencies", {model.network->frequencies.size()}, model.network->frequencies);
  file.write_all("/network/best_weights", {model.network->weights.size()}, model.network->weights);
}

}  // namespace scorefield
