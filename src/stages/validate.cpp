#include "base/text.h"
#include "denoiser/learning.h"
#include "ensemble/lattice_chains.h"
#include "ensemble/walkers.h"
#include "physics/complex_moments.h"
#include "stages/sampling.h"
#include "stages/stages.h"

namespace scorefield {
namespace {

constexpr double kLeastPhase = 1e-6;  // |Z| over the integral of |exp(-S)| that still counts as other than 0

/// The deck's process grid must fit the ranks.
void validate_grid(const Context& context) {
  require_all(context.comm, [&] {
    try {
      grid_of(context.comm.size(), context.deck.params);
    } catch (const InputError& error) {
      throw InputError(context.deck.place_of({"lattice.process-grid", "generate.chains", "lattice.size"}) + error.what() +
                       ": change lattice.process-grid, generate.chains or the number of ranks");
    }
  });
}

/// With a complex weight, the partition function may vanish, and then nothing has an expectation value.
void validate_couplings(const Context& context) {
  require_all(context.comm, [&] {
    const ComplexMoments exact = exact_moments(action_of(context.deck.params.model));
    if (exact.phase > kLeastPhase) return;
    throw InputError(
        context.deck.place_of({"model.a", "model.b", "model.lambda-im", "model.lambda"}) +
        formatted("the partition function Z vanishes at these couplings: |Z| is %.1g of the integral of |exp(-S)|, so that ", exact.phase) +
        "expectation values are not defined; change model.a, model.b or model.lambda");
  });
}

/// Networks have to find the deck's device, if it must be a certain one.
void require_device(const Context& context) {
  if (context.deck.params.run.device != "cuda") return;
  const Learning& torch = learning(context.comm);
  try {
    torch.device_of(context.comm, context.deck.params.run.device);
  } catch (const AgreedError& error) {
    throw AgreedError(error.code(), context.deck.place_of({"run.device"}) + error.what(), error.ranks);
  }
}

}  // namespace

void validate(const Context& context) {
  const Params& params = context.deck.params;
  if (has_field_network(params) && diffuses(params)) require_device(context);
  if (is_lattice(params.model)) return validate_grid(context);
  if (is_walker(params.model)) return validate_couplings(context);
  require_all(context.comm, [&] {
    try {
      for (const Process& process : params.forward.process) {
        for (std::size_t i = 0; i < params.sample.score.size(); ++i) backward_evaluations(params, process, i);
      }
    } catch (const InputError& error) {  // the keys that decide it
      throw InputError(context.deck.place_of({"forward.sigma", "forward.noise-min", "model.mu0", "model.sigma0"}) + error.what());
    }
  });
}

}  // namespace scorefield
