#include "stages/lineage.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "base/disk.h"
#include "base/hash.h"
#include "base/text.h"
#include "stages/field_score.h"
#include "stages/source_models.h"

namespace scorefield {
namespace {

/// True if results.h5 holds measurements of a complete output as it is now. Collective.
bool is_measured(const Context& context, const H5File& results, const Output& output) {
  const std::string name = measured_name(output);
  std::string now;
  if (context.comm.is_root()) now = sealed_checksum(output_path(context.deck.params, output.file));
  context.comm.broadcast(now);
  return !now.empty() && results.exists("/" + name) && results.text_attribute("/" + name, "source_checksum").value_or("") == now;
}

/// identity(file) of an output that is there now, whole and of this deck. What is wrong with it is said of itself. Collective.
template <class Identity>
std::optional<std::int64_t> identity_now(const Context& context, const Output& output, const Identity& identity) {
  const auto path = output_path(context.deck.params, output.file);
  if (!file_exists(context.comm, path)) return std::nullopt;
  try {
    const H5File file = context.files->open(context.comm, path);
    if (file.text_attribute("/provenance", "fingerprint") != output.fingerprint()) return std::nullopt;
    return identity(file);
  } catch (const AgreedError&) {
    return std::nullopt;
  }
}

}  // namespace

std::int64_t identity_of(const Model& model) { return static_cast<std::int64_t>(hash_values(model.weights)); }

std::int64_t identity_of(const FieldModel& model) {
  std::vector<double> numbers;
  for (const auto& [name, values] : arrays_of(model)) numbers.insert(numbers.end(), values.begin(), values.end());
  if (model.network) numbers.insert(numbers.end(), model.network->weights.begin(), model.network->weights.end());
  return static_cast<std::int64_t>(hash_values(numbers));
}

std::int64_t identity_of_ensemble(const H5File& ensemble) {
  constexpr std::uint64_t kLookedAt = 16;  // configurations
  const Shape shape = ensemble.exists("/field") ? ensemble.shape("/field") : Shape{};
  ensemble.require(!shape.empty() && shape[0] > 0, "is damaged: it holds no configurations");
  const std::uint64_t numbers = std::accumulate(shape.begin() + 1, shape.end(), std::uint64_t{1}, std::multiplies<>());
  const std::uint64_t count = std::min(shape[0], kLookedAt);
  std::vector<double> values(count * numbers);
  for (std::uint64_t i = 0; i < count; ++i) {
    ensemble.read_rows("/field", i * (shape[0] - 1) / std::max<std::uint64_t>(1, count - 1), 1,
                       std::span(values).subspan(i * numbers, numbers));
  }
  return static_cast<std::int64_t>(hash_values(values));
}

std::string complaint_about_ensemble(const Context& context, const Output& output, std::optional<std::int64_t> learnt_from) {
  const Params& params = context.deck.params;
  if (output.stage != "train" || !is_lattice(params.model)) return "";
  const auto now = identity_now(context, ensemble_output(params), identity_of_ensemble);
  if (!now || learnt_from == now) return "";
  return output_path(params, output.file).string() + " was learnt from another ensemble.h5 than the one that is there now";
}

std::string complaint_about_features(const Context& context, const Output& output, std::optional<std::int64_t> made_with) {
  const std::string& from = context.deck.params.train.from;
  if (output.stage != "train" || from.empty()) return "";
  try {
    if (made_with == identity_of_sources(read_source_models(context))) return "";
  } catch (const AgreedError&) {
    return "";
  }
  return output_path(context.deck.params, output.file).string() + " was made with another model than train.from = " + from + " is now";
}

std::string complaint_about_model(const Context& context, const Output& output, const H5File& file) {
  const Params& params = context.deck.params;
  for (const Process& process : params.forward.process) {
    const Output model = model_output(params, process);
    const bool finished = !output.inputs.empty() && output.inputs[0].rfind("samples-" + process.name + "-", 0) == 0;
    const bool direct = std::find(output.inputs.begin(), output.inputs.end(), model.file) != output.inputs.end();
    if (!direct && !finished) continue;
    bool of_this_ensemble = true;
    const auto now = identity_now(context, model, [&](const H5File& there) {
      of_this_ensemble = complaint_about_ensemble(context, model, there.integer_attribute("/provenance", "ensemble")).empty();
      return is_lattice(params.model)
                 ? identity_of(read_field_model(there, shape_of_lattice(params), params.network))
                 : identity_of(read_model(there, params.network, static_cast<std::size_t>(components_of(params.model))));
    });
    if (now && !of_this_ensemble) return file.path().string() + " was made with a model that was learnt from another ensemble.h5";
    if (!now || file.integer_attribute("/provenance", "model") == now) continue;
    return file.path().string() + " was made with another " + model.file + " than the one that is there now";
  }
  return "";
}

std::string describe_results(const Context& context, const std::vector<Surveyed>& all) {
  const auto path = output_path(context.deck.params, "results.h5");
  if (!file_exists(context.comm, path)) return "missing";
  std::vector<std::string> old, of_stale;
  try {
    const H5File results = context.files->open(context.comm, path);
    for (const Surveyed& each : all) {
      if (each.output.stage == "train" && !is_walker(context.deck.params.model)) continue;
      if (each.state == State::stale && results.exists("/" + measured_name(each.output))) of_stale.push_back(each.output.file);
      if (each.state == State::complete && !is_measured(context, results, each.output)) old.push_back(each.output.file);
    }
  } catch (const AgreedError& error) {
    return std::string("stale: ") + error.what();
  }
  if (!of_stale.empty()) return "stale, as is what it is of: " + joined(of_stale, ", ");
  return old.empty() ? "complete" : "stale: measured before there was this " + joined(old, ", ");
}

}  // namespace scorefield
