#include "denoiser/field_model.h"

#include <algorithm>

namespace scorefield {

std::vector<double> joined(const std::vector<std::vector<double>>& rows) {
  std::vector<double> all;
  for (const auto& row : rows) all.insert(all.end(), row.begin(), row.end());
  return all;
}

std::vector<std::vector<double>> rows_of(std::span<const double> all, std::size_t rows) {
  std::vector<std::vector<double>> result;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto row = all.subspan(i * (all.size() / rows), all.size() / rows);
    result.emplace_back(row.begin(), row.end());
  }
  return result;
}

namespace {

class ModelCorrection : public Correction {
 public:
  ModelCorrection(const FieldModel& model, const std::string& device) : features_(model.reference, model.fit) {
    if (model.network) network_.emplace(model.reference, features_, *model.network, model.fit.scale, device);
    if (model.calibration) calibrated_.emplace(model.reference, learnt(), *model.calibration);
  }
  std::unique_ptr<CorrectionWorker> worker() const override { return calibrated_ ? calibrated_->worker() : learnt().worker(); }

 private:
  const Correction& learnt() const {
    if (network_) return *network_;
    return features_;
  }

  FeatureCorrection features_;
  std::optional<NetworkCorrection> network_;
  std::optional<CalibratedCorrection> calibrated_;
};

}  // namespace

std::unique_ptr<Correction> make_correction(const FieldModel& model, const std::string& device) {
  return std::make_unique<ModelCorrection>(model, device);
}

FieldModel read_field_model(const H5File& file, FieldShape shape, const NetworkParams& network) {
  FieldModel model;
  model.reference = {shape, file.number_attribute("/reference", "magnetisation").value_or(-1.0), file.read_all("/reference/spectrum"), {}};
  model.fit.order = static_cast<int>(file.integer_attribute("/features", "order").value_or(0));
  model.fit.scale = model.reference.spectrum.empty() ? 1.0 : model.reference.widest();
  model.fit.units = {file.number_attribute("/features", "deviation").value_or(0.0),
                     file.number_attribute("/features", "widest").value_or(0.0)};
  model.fit.ratios = file.read_all("/features/ratio");
  model.fit.bounds = file.read_all("/features/bound");
  model.fit.limits = file.read_all("/features/limit");
  const std::vector<double> all = file.read_all("/features/coefficient"), linear = file.read_all("/features/linear"),
                            zero = file.read_all("/features/zero"), pairs = file.read_all("/reference/zero");
  const std::size_t levels = model.fit.ratios.size();
  const std::size_t features = feature_names(feature_graph(model.reference.magnetisation > 0.0, model.fit.order)).size();
  const auto positive = [](const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), [](double v) { return v > 0.0; });
  };
  const bool good = model.reference.magnetisation >= 0.0 && model.reference.spectrum.size() == shape.sites() &&
                    positive(model.reference.spectrum) && levels > 0 && model.fit.units.deviation > 0.0 && model.fit.units.widest > 0.0 &&
                    positive(model.fit.ratios) && std::is_sorted(model.fit.ratios.begin(), model.fit.ratios.end()) &&
                    model.fit.bounds.size() == levels && model.fit.limits.size() == levels && all.size() == levels * features &&
                    linear.size() == levels * shape.sites() && zero.size() == levels * kZeroFunctions && !pairs.empty() &&
                    pairs.size() % 3 == 0;
  file.require(good, "holds no score of fields on this lattice: train again with --overwrite");
  model.fit.coefficients = rows_of(all, levels);
  model.fit.linear = rows_of(linear, levels);
  model.fit.zero = rows_of(zero, levels);
  model.reference.zero = zero_mode_of(pairs);
  if (file.exists("/calibration/linear")) {
    const std::vector<double> part = file.read_all("/calibration/linear"), of_zero = file.read_all("/calibration/zero");
    file.require(part.size() == linear.size() && of_zero.size() == zero.size(), "is damaged: its calibration is of another fit");
    model.calibration = LinearFit{model.fit.scale, model.fit.ratios, rows_of(part, levels), rows_of(of_zero, levels)};
  }
  if (network.kind == "features") return model;
  model.network = FieldWeights{network, file.read_all("/network/frequencies"), file.read_all("/network/best_weights")};
  const bool fits = static_cast<std::int64_t>(model.network->weights.size()) == field_parameter_count(network, shape) &&
                    static_cast<std::int64_t>(model.network->frequencies.size()) == network.embedding / 2;
  file.require(fits, "holds another network than the deck's: train again with --overwrite");
  return model;
}

void write_field_model(H5File& file, const FieldModel& model) {
  const FieldShape shape = model.reference.shape;
  file.write_all("/reference/spectrum", {shape.y, shape.x}, model.reference.spectrum);
  file.set_attribute("/reference", "magnetisation", model.reference.magnetisation);
  file.write_all("/reference/zero", {model.reference.zero.pairs.size(), 3}, numbers_of(model.reference.zero));
  const std::size_t levels = model.fit.ratios.size();
  const std::vector<double> all = joined(model.fit.coefficients);
  file.write_all("/features/ratio", {levels}, model.fit.ratios);
  file.write_all("/features/bound", {levels}, model.fit.bounds);
  file.write_all("/features/limit", {levels}, model.fit.limits);
  file.write_all("/features/coefficient", {levels, all.size() / levels}, all);
  file.write_all("/features/linear", {levels, shape.y, shape.x}, joined(model.fit.linear));
  file.write_all("/features/zero", {levels, kZeroFunctions}, joined(model.fit.zero));
  file.set_attribute("/features", "deviation", model.fit.units.deviation);
  file.set_attribute("/features", "widest", model.fit.units.widest);
  file.set_attribute("/features", "order", static_cast<std::int64_t>(model.fit.order));
  std::string names;
  for (const std::string& name : feature_names(feature_graph(model.reference.magnetisation > 0.0, model.fit.order))) {
    names += (names.empty() ? "" : "; ") + name;
  }
  file.set_attribute("/features", "names", names);
  if (model.calibration) {
    file.write_all("/calibration/linear", {levels, shape.y, shape.x}, joined(model.calibration->linear));
    file.write_all("/calibration/zero", {levels, kZeroFunctions}, joined(model.calibration->zero));
  }
  if (!model.network) return;
  file.write_all("/network/frequencies", {model.network->frequencies.size()}, model.network->frequencies);
  file.write_all("/network/best_weights", {model.network->weights.size()}, model.network->weights);
}

}  // namespace scorefield
