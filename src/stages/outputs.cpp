#include "stages/outputs.h"

#include <algorithm>
#include <sstream>

#include "base/hash.h"
#include "base/text.h"
#include "base/work_plan.h"
#include "denoiser/field_layers.h"
#include "diffusion/network_layout.h"
#include "diffusion/schedule.h"
#include "observables/plane_powers.h"
#include "stages/calibrate_field.h"
#include "stages/field_score.h"

namespace scorefield {
namespace {

/// Raised when the program makes other numbers from the same deck; that of scores of fields does not concern ensembles.
constexpr int kAlgorithmVersion = 2;
const std::pair<std::string, std::string> kFieldScoreVersion = {"field score", "5"};
const std::pair<std::string, std::string> kPointModelVersion = {"point model", "2"};
const std::pair<std::string, std::string> kSecondOrder = {"scheme of order 2", "Ralston"};

void append(Settings& to, const Settings& from) { to.insert(to.end(), from.begin(), from.end()); }

double numbers_bytes(std::int64_t count) { return 8.0 * static_cast<double>(count); }

/// Sums and histograms at `records` levels.
double recorded_bytes(const Params& params, std::int64_t samples, std::int64_t records) {
  const std::int64_t blocks = (samples + block_size(samples) - 1) / block_size(samples);
  const bool lattice = is_lattice(params.model);
  const double modes = lattice ? 4.0 + static_cast<double>(params.lattice.size[1]) / 2.0 : 0.0;
  const double snapshots = lattice ? static_cast<double>(kSnapshots * numbers_of(params)) : 0.0;
  if (is_complex(params.model)) {
    return 8.0 * static_cast<double>(records) * (static_cast<double>(blocks) * static_cast<double>(kPowerSums) + snapshots);
  }
  const auto quantities = static_cast<double>(kMaxOrder) + static_cast<double>(params.measure.sources.size()) + modes;
  return 8.0 * static_cast<double>(records) *
         (static_cast<double>(blocks) * quantities + 2.0 * static_cast<double>(params.measure.histogram_bins) + snapshots);
}

void add_recording_settings(const Params& params, Settings& settings) {
  if (is_complex(params.model)) return;
  append(settings, settings_of(params, {"measure.sources", "measure.histogram-bins"}));
}

}  // namespace

std::string Output::fingerprint() const {
  std::string text = "algorithms=" + std::to_string(kAlgorithmVersion) + ";" + file + ";";
  for (const auto& [key, value] : settings) text += key + "=" + value + ";";
  return hex_digits(hash_text(text));
}

std::filesystem::path output_path(const Params& params, const std::string& file) { return std::filesystem::path(params.run.output) / file; }
std::filesystem::path checkpoint_path(const Params& params, const std::string& file) { return output_path(params, "checkpoint") / file; }

std::uint64_t seed_for(const Params& params, const std::string& name) {
  return static_cast<std::uint64_t>(params.run.seed) ^ hash_text(name);
}

std::string forward_name(const Process& process) { return "forward-" + process.name; }
std::string model_name(const Process& process) { return "model-" + process.name; }
std::string samples_name(const Process& process, const std::string& score) { return "samples-" + process.name + "-" + score; }
std::string finished_name(const Process& process, const std::string& score) { return "finished-" + process.name + "-" + score; }

std::string measured_name(const Output& output) {
  const std::string name = output.file.substr(0, output.file.size() - 3);
  return output.stage == "train" ? "score" + name.substr(name.find('-')) : name;
}

namespace {

/// Numbers that are kept of each configuration on a lattice, beside its field.
double history_numbers(const GenerateParams& generate) {
  if (generate.algorithm == "import") return 2.0;         // chain, trajectory
  if (!rejects(generate)) return 3.0;                     // and action
  return 4.0 + static_cast<double>(generate.separation);  // and acceptance, and the energy of each update
}

double ensemble_bytes(const Params& params) {
  const GenerateParams& generate = params.generate;
  if (!is_lattice(params.model)) return numbers_bytes(generate.samples * components_of(params.model));
  const auto components = static_cast<double>(components_of(params.model));
  const double sites = components * static_cast<double>(params.lattice.size[0]) * static_cast<double>(params.lattice.size[1]);
  const double number = generate.precision == "float32" ? 4.0 : 8.0;
  const double state = generate.algorithm == "import" ? 0.0 : 16.0 * static_cast<double>(generate.chains) * sites;
  return static_cast<double>(generate.samples) * (number * sites + 8.0 * history_numbers(generate)) + state;
}

}  // namespace

std::string names_of_components(std::int64_t components) {
  return components == 1 ? "real" : components == 2 ? "re, im" : "re1, im1, re2, im2";
}

bool shares_fluctuations(const Params& params, const std::string& score) {
  return score != "exact" && source_file(params, "train").paths.size() <= 1;
}

SourceFile source_file(const Params& params, const std::string& stage) {
  const GenerateParams& generate = params.generate;
  if (stage == "train" && !params.train.from.empty()) {
    const std::vector<std::string> paths = entries_of(params.train.from);
    return {"train.from", {paths.begin(), paths.end()}};
  }
  if (!is_lattice(params.model) || stage != "generate") return {};
  if (generate.algorithm == "import") return {"generate.import-file", {generate.import_file}};
  if (generate.start == "file") return {"generate.start-file", {generate.start_file}};
  return {};
}

Output ensemble_output(const Params& params) {
  return {"ensemble.h5",
          "generate",
          settings_of(params, {"run.seed", "lattice", "model", "generate"}),
          params.generate.samples,
          "generate.samples",
          "configurations",
          {},
          ensemble_bytes(params)};
}

namespace {

/// The score of a field, fitted at one noise level after the other.
Output field_model_output(const Params& params, const Process& process) {
  const TrainParams& train = params.train;
  const double features = 32.0, levels = static_cast<double>(train.levels);
  const double calibrated = train.calibration > 0 ? static_cast<double>(calibration_steps(params) + 1) : 0.0;
  const double network =
      has_field_network(params) ? static_cast<double>(field_parameter_count(params.network, shape_of_lattice(params))) : 0.0;
  Settings settings = settings_of(
      params, {"run.seed", "lattice", "model", "generate", "generate.samples", "forward.sigma", "forward.noise-min", "network", "train"});
  settings.push_back(kFieldScoreVersion);
  if (has_field_network(params)) append(settings, settings_of(params, {"train.steps"}));  // judged and averaged over all of them
  return {model_name(process) + ".h5",
          "train",
          settings,
          train.levels * (1 + (train.validation > 0 ? 1 : 0)) + calibration_rounds(params) * calibration_steps(params) +
              (has_field_network(params) ? train.steps : 0),
          "train.levels",
          "steps",
          {"ensemble.h5"},
          8.0 * (static_cast<double>(numbers_of(params)) * (1.0 + levels + calibrated) + levels * features + network)};
}

}  // namespace

Output forward_output(const Params& params, const Process& process) {
  Settings settings;
  std::vector<std::string> inputs = {"ensemble.h5"};
  if (is_lattice(params.model)) {  // recorded with the reference of the model, whose variance sets sources and cells
    const Output model = field_model_output(params, process);
    settings = model.settings;
    append(settings, settings_of(params, {"forward.times"}));
    inputs.push_back(model.file);
  } else {
    settings = settings_of(params, {"run.seed", "model", "generate", "forward.sigma", "forward.times"});
  }
  add_recording_settings(params, settings);
  return {forward_name(process) + ".h5",
          "sample",
          settings,
          params.generate.samples,
          "generate.samples",
          "configurations",
          inputs,
          recorded_bytes(params, params.generate.samples, params.forward.times)};
}

Output model_output(const Params& params, const Process& process) {
  if (is_lattice(params.model)) return field_model_output(params, process);
  Settings settings =
      settings_of(params, {"run.seed", "model", "generate", "generate.samples", "forward.sigma", "forward.noise-min", "network", "train"});
  settings.push_back(kPointModelVersion);
  // The learning rate falls towards the last step, unless it is constant: then a longer training begins like a shorter one.
  if (params.train.schedule != "constant") append(settings, settings_of(params, {"train.steps"}));
  return {model_name(process) + ".h5",
          "train",
          settings,
          params.train.steps,
          "train.steps",
          "steps",
          {"ensemble.h5"},
          20.0 * static_cast<double>(parameter_count(params.network, static_cast<std::size_t>(components_of(params.model))))};
}

Output samples_output(const Params& params, const Process& process, std::size_t score_index) {
  const std::string& score = params.sample.score[score_index];
  const std::string sampler = sampler_of(params.sample, score_index);
  const std::int64_t steps = steps_of(params.sample, score_index), samples = samples_of(params.sample, score_index);
  Settings settings = settings_of(params, {"run.seed", "model", "forward.sigma", "forward.noise-min", "sample.records"});
  add_recording_settings(params, settings);
  append(settings, {{"sample.sampler", sampler}, {"sample.steps", std::to_string(steps)}});
  if (sampler.ends_with('2')) settings.push_back(kSecondOrder);
  if (sampler == "predictor-corrector") append(settings, settings_of(params, {"sample.corrector-snr"}));
  if (score == "learnt" && params.sample.corrections > 0) append(settings, settings_of(params, {"sample.corrections"}));
  if (score == "exact" && is_walker(params.model)) append(settings, settings_of(params, {"generate.noise-y"}));
  Output output{samples_name(process, score) + ".h5",
                "sample",
                settings,
                samples,
                "sample.samples",
                "configurations",
                {},
                numbers_bytes(samples * numbers_of(params)) + recorded_bytes(params, samples, std::min(params.sample.records, steps + 1))};
  if (score != "exact") {
    const Output model = model_output(params, process);
    for (const auto& setting : model.settings) {
      if (std::find(settings.begin(), settings.end(), setting) == settings.end()) output.settings.push_back(setting);
    }
    if (params.train.schedule == "constant") append(output.settings, settings_of(params, {"train.steps"}));
    output.inputs.push_back(model.file);
  }
  return output;
}

Output finished_output(const Params& params, const Process& process, std::size_t score_index) {
  Output output = samples_output(params, process, score_index);
  output.inputs = {output.file, "ensemble.h5"};
  output.file = finished_name(process, params.sample.score[score_index]) + ".h5";
  append(output.settings, settings_of(params, {"sample.finish"}));
  return output;
}

bool learns(const Params& params) {
  const auto asks_for = [&](const char* score) {
    return std::find(params.sample.score.begin(), params.sample.score.end(), score) != params.sample.score.end();
  };
  return asks_for("learnt") || asks_for("reference");
}

std::vector<Output> all_outputs(const Params& params) {
  std::vector<Output> all = {ensemble_output(params)};
  if (!diffuses(params)) return all;
  for (const Process& process : params.forward.process) {
    if (learns(params)) all.push_back(model_output(params, process));
  }
  for (const Process& process : params.forward.process) {
    all.push_back(forward_output(params, process));
    for (std::size_t i = 0; i < params.sample.score.size(); ++i) {
      all.push_back(samples_output(params, process, i));
      if (params.sample.finish > 0) all.push_back(finished_output(params, process, i));
    }
  }
  return all;
}

}  // namespace scorefield
