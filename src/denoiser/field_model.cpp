#include "denoiser/field_model.h"

#include <algorithm>
#include <array>
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

constexpr std::int64_t kHighestOrder = 7;  // of network.order

/// What the rows of an array in a file are of; none: it has no rows.
enum class RowsOf { none, fit, calibration, pairs };

struct ModelArray {
  const char* name = "";
  RowsOf rows = RowsOf::none;
  bool of_sites = false;  ///< a row holds one number a site, or several
};

constexpr std::array<ModelArray, 15> kArrays = {{{"reference_spectrum", RowsOf::none, true},
                                                 {"reference_covariance", RowsOf::none, true},
                                                 {"reference_magnetisation"},
                                                 {"reference_zero", RowsOf::pairs},
                                                 {"features_ratio"},
                                                 {"features_widest"},
                                                 {"features_deviation"},
                                                 {"features_bound"},
                                                 {"features_limit"},
                                                 {"features_coefficient", RowsOf::fit},
                                                 {"features_linear", RowsOf::fit, true},
                                                 {"features_zero", RowsOf::fit},
                                                 {"calibration_ratio"},
                                                 {"calibration_linear", RowsOf::calibration, true},
                                                 {"calibration_zero", RowsOf::calibration}}};

/// reference_spectrum is /reference/spectrum.
std::string path_of(const std::string& name) {
  std::string path = "/" + name;
  path[path.find('_')] = '/';
  return path;
}

/// The rows of an array that has some: levels of the features or of the calibration, or pairs of the zero mode.
std::size_t count_of(RowsOf rows, const FieldModel& model, std::size_t size) {
  if (rows == RowsOf::pairs) return size / 3;
  return (rows == RowsOf::fit ? model.fit.ratios : model.calibration->ratios).size();
}

/// The shape of an array in a file.
std::vector<std::uint64_t> shape_of(const std::string& name, const FieldModel& model, std::size_t size) {
  const auto array = std::find_if(kArrays.begin(), kArrays.end(), [&](const ModelArray& each) { return each.name == name; });
  std::vector<std::uint64_t> shape;
  std::size_t a_row = size;
  if (array->rows != RowsOf::none) {
    shape.push_back(count_of(array->rows, model, size));
    a_row /= shape[0];
  }
  if (!array->of_sites) {
    shape.push_back(a_row);
    return shape;
  }
  const FieldShape sites = model.reference.shape;
  if (a_row != sites.sites()) shape.push_back(a_row / sites.sites());
  shape.insert(shape.end(), {sites.y, sites.x});
  return shape;
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
  for (const ModelArray& array : kArrays) {
    const std::string path = path_of(array.name);
    if (!file.exists(path)) continue;
    arrays[array.name] = file.read_all(path);
    require_finite(file, path, arrays[array.name]);
  }
  const std::int64_t order = file.integer_attribute("/features", "order").value_or(0);
  file.require(order >= 0 && order <= kHighestOrder, "has features of order " + std::to_string(order) +
                                                         ", where network.order is from 0 to " + std::to_string(kHighestOrder) +
                                                         ": train again with --overwrite");
  std::optional<FieldModel> model = field_model_of(arrays, shape, static_cast<int>(order));
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
