#include "stages/lineage.h"

#include "base/disk.h"
#include "base/hash.h"
#include "stages/field_score.h"

namespace scorefield {
namespace {

/// True if results.h5 holds measurements of a complete output as it is now. Collective.
bool is_measured(const Context& context, const H5File& results, const Output& output) {
  const std::string name = output.file.substr(0, output.file.size() - 3);
  std::string now;
  if (context.comm.is_root()) now = sealed_checksum(output_path(context.deck.params, output.file));
  context.comm.broadcast(now);
  return results.exists("/" + name) && results.text_attribute("/" + name, "source_checksum").value_or("") == now;
}

}  // namespace

std::int64_t identity_of(const Model& model) { return static_cast<std::int64_t>(hash_values(model.weights)); }

std::int64_t identity_of(const FieldModel& model) {
  std::vector<double> numbers;
  for (const auto& [name, values] : arrays_of(model)) numbers.insert(numbers.end(), values.begin(), values.end());
  if (model.network) numbers.insert(numbers.end(), model.network->weights.begin(), model.network->weights.end());
  return static_cast<std::int64_t>(hash_values(numbers));
}

std::string complaint_about_model(const Context& context, const Output& output, const H5File& file) {
  const Params& params = context.deck.params;
  for (const Process& process : params.forward.process) {
    const Output model = model_output(params, process);
    const auto path = output_path(params, model.file);
    const bool finished = !output.inputs.empty() && output.inputs[0].rfind("samples-" + process.name + "-", 0) == 0;
    const bool made_with_it = output.inputs == std::vector<std::string>{model.file} || finished;
    if (!made_with_it || !file_exists(context.comm, path)) continue;
    try {
      const H5File now = context.files->open(context.comm, path);
      if (now.text_attribute("/provenance", "fingerprint") != model.fingerprint()) continue;
      const std::int64_t identity = is_lattice(params.model) ? identity_of(read_field_model(now, shape_of_lattice(params), params.network))
                                                             : identity_of(read_model(now, params.network));
      if (file.integer_attribute("/provenance", "model") == identity) continue;
    } catch (const AgreedError&) {
      continue;  // what is wrong with the model is said of the model
    }
    return file.path().string() + " was made with another " + model.file + " than the one that is there now";
  }
  return "";
}

std::string describe_results(const Context& context, const std::vector<Surveyed>& all) {
  const auto path = output_path(context.deck.params, "results.h5");
  if (!file_exists(context.comm, path)) return "missing";
  std::string old;
  try {
    const H5File results = context.files->open(context.comm, path);
    for (const Surveyed& each : all) {
      if (each.output.stage == "train" || each.state != State::complete || is_measured(context, results, each.output)) continue;
      old += (old.empty() ? "" : ", ") + each.output.file;
    }
  } catch (const AgreedError& error) {
    return std::string("stale: ") + error.what();
  }
  return old.empty() ? "complete" : "stale: measured before there was this " + old;
}

}  // namespace scorefield
