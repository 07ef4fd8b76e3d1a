#include "stages/source_models.h"

#include <algorithm>
#include <cmath>

#include "base/checkpoint.h"
#include "base/hash.h"
#include "base/pending_file.h"
#include "base/text.h"
#include "denoiser/model_interpolation.h"
#include "stages/aside.h"
#include "stages/field_score.h"
#include "stages/lineage.h"
#include "stages/prepare.h"

namespace scorefield {
namespace {

constexpr double kSlack = 1.1;  // how much further than its fitted noises a model may be used

std::string place(const Context& context, const std::filesystem::path& path) {
  return context.deck.place_of({"train.from"}) + "train.from = " + path.string();
}

/// What decides on the distribution that is learnt: of complex Langevin the noise N_y, too. Local.
Settings theory_of(const Params& params) {
  return is_complex(params.model) ? settings_of(params, {"model", "generate.noise-y"}) : settings_of(params, {"model"});
}

/// The same of the deck of a model's file. InputError if another version of the program made it. Local.
Settings theory_of(const Context& context, const std::filesystem::path& path, const std::string& deck) {
  try {
    return theory_of(parse_deck("deck", deck, {}).params);
  } catch (const InputError&) {
    throw InputError(place(context, path) +
                     " was made by another version of the program, and does not say of which theory it is: train it again");
  }
}

struct Source {
  FieldModel model;
  Settings theory;
};

Source read_source(const Context& context, const std::filesystem::path& path) {
  const Params& params = context.deck.params;
  const H5File file = context.files->open(context.comm, path);
  const char* name = is_complex(params.model) ? "/reference/covariance" : "/reference/spectrum";
  const Shape shape = file.exists(name) ? file.shape(name) : Shape{};
  file.require(shape.size() == (is_complex(params.model) ? 3u : 2u), "is no model of a field on a lattice, which train.from must name");
  FieldModel model = read_field_model(file, {shape[shape.size() - 2], shape[shape.size() - 1]}, NetworkParams{});
  const bool mixture = params.network.reference == "mixture";
  file.require(model.fit.order == params.network.order && (model.reference.magnetisation > 0.0) == mixture,
               "has features of another network.order or network.reference than the deck's");
  const std::string deck = file.text_attribute("/provenance", "deck").value_or("");
  Settings theory;
  require_all(context.comm, [&] { theory = theory_of(context, path, deck); });
  return {std::move(model), std::move(theory)};
}

/// One model has to be of the deck's theory. Local.
void require_same(const Context& context, const std::filesystem::path& path, const Settings& theirs) {
  const Settings ours = theory_of(context.deck.params);
  const auto [their, our] = std::mismatch(theirs.begin(), theirs.end(), ours.begin(), ours.end());
  if (our == ours.end()) return;
  throw InputError(place(context, path) + " is a model of " + their->first + " = " + their->second + ", and the deck has " + our->second +
                   ": name one of the same theory");
}

/// The number of the model in which the deck and all of train.from may differ.
struct Parameter {
  std::string key;
  std::vector<double> values;  ///< of the models,
  double wanted = 0.0;         ///< and of the deck
};

/// InputError unless it is one, and the deck's within theirs. Local.
Parameter parameter_of(const Context& context, const std::vector<Source>& sources) {
  const std::string start = context.deck.place_of({"train.from"}) + "train.from names models ";
  const Settings ours = theory_of(context.deck.params);
  Parameter found;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const bool differs = std::any_of(sources.begin(), sources.end(), [&](const Source& s) { return s.theory[i].second != ours[i].second; });
    if (!differs) continue;
    if (!found.key.empty())
      throw InputError(start + "that differ in " + found.key + " and in " + ours[i].first + ": let them differ in one number");
    found.key = ours[i].first;
    try {
      found.wanted = std::stod(ours[i].second);
      for (const Source& source : sources) found.values.push_back(std::stod(source.theory[i].second));
    } catch (const std::exception&) {
      throw InputError(start + "of different " + found.key + ": name models of one theory");
    }
  }
  if (found.key.empty()) throw InputError(start + "of the same couplings: let them differ in one number, or name one");
  std::vector<double> sorted = found.values;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
    throw InputError(start + "of which two have the same " + found.key + ": leave one out");
  if (found.wanted < sorted.front() || found.wanted > sorted.back()) {
    throw InputError(start + formatted("at %s from %g to %g, and the deck's is %g: a model between them is for values between theirs",
                                       found.key.c_str(), sorted.front(), sorted.back(), found.wanted));
  }
  return found;
}

std::vector<Source> read_sources(const Context& context) {
  const auto paths = source_file(context.deck.params, "train").paths;
  std::vector<Source> sources;
  for (const auto& path : paths) sources.push_back(read_source(context, path));
  require_all(context.comm, [&] {
    if (sources.size() == 1) return require_same(context, paths[0], sources[0].theory);
    const FieldShape shape = shape_of_lattice(context.deck.params);
    for (std::size_t i = 0; i < sources.size(); ++i) {
      const FieldReference& reference = sources[i].model.reference;
      if (!reference.basis || reference.shape.y != shape.y || reference.shape.x != shape.x)
        throw InputError(place(context, paths[i]) + ": a model between several is made of those of complex fields on lattice.size");
      if (std::fabs(sources[i].model.fit.widest / reference.widest() - 1.0) > 1e-9)  // the unit of its features is that of another lattice
        throw InputError(place(context, paths[i]) +
                         " has taken its features over from another model: name models that were fitted themselves");
    }
    parameter_of(context, sources);
  });
  return sources;
}

std::vector<FieldModel> models_of(std::vector<Source> sources) {
  std::vector<FieldModel> models;
  for (Source& source : sources) models.push_back(std::move(source.model));
  return models;
}

}  // namespace

std::vector<FieldModel> read_source_models(const Context& context) { return models_of(read_sources(context)); }

void require_noises(const Context& context, std::span<const FieldModel> models, const std::vector<double>& ratios) {
  const double wanted = context.deck.params.forward.noise_min;
  const auto paths = source_file(context.deck.params, "train").paths;
  require_all(context.comm, [&] {
    for (std::size_t i = 0; i < models.size(); ++i) {
      const std::vector<double>& theirs = models[i].fit.ratios;
      // noise-min is in units of what the theory leaves of a site's variance, which differs between the models
      const double least = theirs.front() / std::sqrt(models[i].reference.least_site_variance());
      if (wanted * kSlack >= least && ratios.back() <= theirs.back() * kSlack) continue;
      throw InputError(
          place(context, paths[i]) +
          formatted(" was fitted from forward.noise-min = %.3g to r = %.3g, and the deck's levels are from noise-min = %.3g to "
                    "r = %.3g: give the deck the forward.process, forward.sigma and forward.noise-min of that model",
                    least, theirs.back(), wanted, ratios.back()));
    }
  });
}

std::int64_t identity_of_sources(const std::vector<FieldModel>& models) {
  if (models.size() == 1) return identity_of(models[0]);
  std::vector<double> identities;
  for (const FieldModel& model : models) {
    const std::int64_t identity = identity_of(model);
    identities.push_back(static_cast<double>(identity >> 32));  // halves, which numbers hold exactly
    identities.push_back(static_cast<double>(identity & 0xffffffff));
  }
  return static_cast<std::int64_t>(hash_values(identities));
}

void train_between(const Context& context, const Surveyed& found, const Process& process) {
  const Params& params = context.deck.params;
  std::vector<Source> sources = read_sources(context);
  const Parameter parameter = parameter_of(context, sources);
  const std::vector<double> weights = interpolation_weights(parameter.values, parameter.wanted);
  const std::vector<FieldModel> models = models_of(std::move(sources));
  FieldModel model;
  require_all(context.comm, [&] { model.reference = reference_between(models, weights); });
  const std::vector<double> ratios = ratios_of_levels(context, process, model.reference);
  require_noises(context, models, ratios);
  model = model_between(models, weights, model.reference, ratios);
  const auto path = output_path(params, found.output.file);
  PendingFile pending(path, context.comm);
  write_field_model(pending.file(), model);
  write_provenance(pending.file(), context, found.output);
  const H5File ensemble = open_input(context, survey(context, ensemble_output(params)));
  pending.file().set_attribute("/provenance", "ensemble", identity_of_ensemble(ensemble));
  pending.file().set_attribute("/provenance", "features", identity_of_sources(models));
  keep_aside(context, path);
  pending.commit();
  remove_checkpoint(context.comm, checkpoint_path(params, found.output.file));  // of a fit that was left for this
  context.log.line(formatted("train %s: between %d models, at %s = %g", process.name.c_str(), static_cast<int>(models.size()),
                             parameter.key.c_str(), parameter.wanted));
}

}  // namespace scorefield
