// All chains of a lattice run on this rank: made by the deck, moved by updates, copied in and out.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <vector>

#include "deck/params.h"
#include "ensemble/chains.h"
#include "ensemble/tuner.h"
#include "ensemble/update_set.h"

namespace scorefield {

/// True if the step size is found in the thermalisation: only where steps can be rejected.
inline bool tunes(const GenerateParams& generate) { return generate.acceptance > 0.0 && rejects(generate); }

/// The deck's lattice, and the ranks' grid for it. InputError where the deck's process grid does not fit.
Extents extents_of(const LatticeParams& lattice);
ProcessGrid grid_of(int ranks, const Params& params);

/// Of a rank's `threads`, those that work on one chain together: one where it has whole chains, enough of them or small ones; else all.
int threads_a_chain(const Domain& domain, int threads);

class LatticeChains {
 public:
  /// Collective over `world`. InputError where the deck's process grid does not fit.
  LatticeChains(const Comm& world, const Params& params, int threads);
  LatticeChains(Comm&&, const Params&, int) = delete;  ///< the communicator must outlive the chains
  LatticeChains(const LatticeChains&) = delete;
  LatticeChains& operator=(const LatticeChains&) = delete;
  ~LatticeChains() = default;

  const Domain& domain() const { return domain_; }
  /// Sites of a chain on this rank.
  std::int64_t sites() const { return domain_.rows().size() * domain_.columns().size(); }
  /// Numbers of a chain on this rank, and at each site.
  std::int64_t numbers() const { return components_ * sites(); }
  std::int64_t components() const { return components_; }

  /// Of complex fields the real parts; imaginary parts start at 0. hot: standard normals; cold: 1 on all sites of even chains, -1 of odd
  /// ones; mixed: hot in the even chains, cold (1 and -1 in turn) in the odd ones. A start from a file is for the caller, by copy_in.
  void start();

  /// Update number `number` of all chains, and, if the step size is tuned, its next adjustment. Collective over `world`.
  void thermalise(std::uint64_t number);
  /// Updates [first, first + count) of all chains. `visit(chain on this rank, update - first, outcome)` sees each chain after each update,
  /// the last of every `measured` with its action known (NumericalError if that is not finite); it is called from several threads, for
  /// different chains. Collective.
  using Visit = std::function<void(std::int64_t chain, std::int64_t update, const Outcome& outcome)>;
  void advance(std::uint64_t first, std::int64_t count, std::int64_t measured, const Visit& visit);

  /// Copies this rank's numbers of a chain, [component][row][column], out or in. Local.
  void copy_out(std::int64_t chain, std::span<double> numbers);
  void copy_in(std::int64_t chain, std::span<const double> numbers);

  const StepTuner& tuner() const { return tuner_; }
  void restore_tuner(const StepTuner::State& state);
  /// The step size, and how many of them make an update.
  double step() const { return tuner_.step(); }
  std::int64_t steps() const;
  /// The action of a chain of a real field, as long as it is known.
  double action(std::int64_t chain) const;

 private:
  struct Place {
    std::size_t group;
    std::int64_t chain;
  };
  Place place(std::int64_t chain) const;
  void make_updates();
  void share_groups(const std::function<void(ChainGroup&, Workspace&)>& work);
  void for_groups(const std::function<void(ChainGroup&, Workspace&)>& work);

  const Comm* world_;
  Params params_;
  Domain domain_;
  Layout layout_;
  std::int64_t components_;
  std::unique_ptr<LatticeAction> action_;               ///< of a real field,
  std::unique_ptr<ComplexFieldAction> complex_action_;  ///< or of a complex one
  std::vector<ChainGroup> groups_;
  std::vector<Workspace> workspaces_;
  StepTuner tuner_;
  UpdateSet updates_;
};

}  // namespace scorefield
