// Markov chains on distributed lattices: the state, what an update works with, and the interface of updates.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/parallel.h"
#include "ensemble/fourier_kernel.h"
#include "lattice/halo.h"
#include "physics/lattice_action.h"

namespace scorefield {

/// What the last update of a chain that could be rejected did.
struct Outcome {
  double delta_h = 0.0;
  double probability = 1.0;  ///< min(1, exp(-delta_h))
  bool accepted = true;
};

/// Chains that are moved together: one whole chain, by one thread, or all chains of a rank, by all its threads and together with the
/// other ranks of the replica.
struct ChainGroup {
  Field phi;                   ///< component c of chain i is its chain i * components + c
  Range chains;                ///< their numbers, counted over all replicas
  std::vector<double> action;  ///< S of each, as long as `action_known`
  std::vector<Outcome> outcome;
  bool action_known = false;
};

/// What updates of a group work with: geometry, and memory that is worth keeping.
class Workspace {
 public:
  /// `chains`: as many as a group has, of a field with so many components. `parallel`: blocks are shared among the threads of the rank.
  /// `action`: of a real field; none for complex ones, whose updates bring their own.
  Workspace(const Domain& domain, const Layout& layout, const LatticeAction* action, std::int64_t chains, std::int64_t components,
            bool parallel);

  const Domain& domain() const { return *domain_; }
  std::size_t tiles() const { return layout_->tiles.size(); }
  const LatticeAction& action() const { return *action_; }
  Field& momenta() { return momenta_; }
  Field& backup() { return backup_; }

  /// Calls work(chain of the group, tile) for all blocks. Local.
  template <class Work>
  void for_blocks(const Work& work) const;
  /// Calls work(i) for 0 <= i < count, by the same threads. Local.
  template <class Work>
  void for_each(std::int64_t count, const Work& work) const;
  /// The sum over a chain's blocks, on all ranks, of what work(chain of the group, tile) gives. Collective over domain().comm().
  template <class Work>
  std::vector<double> sum_blocks(const Work& work);
  /// The largest of what work(chain of the group, tile) >= 0 gives for a chain's blocks, on all ranks. Collective over domain().comm().
  template <class Work>
  std::vector<double> max_blocks(const Work& work);
  /// Makes the ghosts of the fields those of the neighbours. Collective.
  void exchange(std::span<Field* const> fields);
  /// Molecular dynamics of the group, in as many stages at a time as ghosts are deep; while ghosts of other ranks are on their way, tiles
  /// that need none are worked on. Collective.
  void evolve(Field& phi, std::span<const Stage> stages);
  /// From now on `evolve` works with Fourier acceleration (fourier_kernel.h): pi += kick sqrt(K) F, phi += drift sqrt(K) pi, with momenta
  /// in units in which their energy is pi^2/2 still. Whole lattices are collected on one rank each for it.
  void accelerate(double mass);
  bool accelerated() const { return !kernels_.empty(); }
  /// Computes group.action where it is not known, of a real field. NumericalError if one is not finite. Collective.
  void know_action(ChainGroup& group);

 private:
  template <class Work>
  void for_tiles(bool waiting, const Work& work) const;
  void apply_root_of_kernel(Field& field);
  void evolve_accelerated(Field& phi, std::span<const Stage> stages);

  const Domain* domain_;
  const Layout* layout_;
  const LatticeAction* action_;
  std::int64_t chains_;
  std::int64_t components_;
  bool parallel_;
  Halo halo_;
  HaloTransfer transfer_;
  Field momenta_;
  Field backup_;
  std::vector<FixedSum> sums_;
  std::vector<FourierKernel> kernels_;  ///< one a thread
  std::optional<Field> force_;
};

/// One way to move chains that leaves exp(-S) (or what it says) unchanged.
class Update {
 public:
  virtual ~Update() = default;
  /// Update number `number` of every chain of the group. Collective over the ranks that share the chains.
  virtual void apply(ChainGroup& group, Workspace& work, std::uint64_t number) const = 0;
};

template <class Work>
void Workspace::for_each(std::int64_t count, const Work& work) const {
  if (parallel_) {
    parallel_for(0, count, work);
  } else {
    for (std::int64_t i = 0; i < count; ++i) work(i);
  }
}

template <class Work>
void Workspace::for_blocks(const Work& work) const {
  const auto tiles = static_cast<std::int64_t>(layout_->tiles.size());
  for_each(chains_ * tiles, [&](std::int64_t i) { work(i / tiles, static_cast<std::size_t>(i % tiles)); });
}

template <class Work>
std::vector<double> Workspace::sum_blocks(const Work& work) {
  const std::size_t tiles = layout_->tiles.size();
  sums_.assign(static_cast<std::size_t>(chains_) * tiles, FixedSum());
  for_blocks([&](std::int64_t chain, std::size_t tile) { sums_[static_cast<std::size_t>(chain) * tiles + tile] = work(chain, tile); });
  for (std::size_t chain = 0; chain < static_cast<std::size_t>(chains_); ++chain) {
    FixedSum total;
    for (std::size_t tile = 0; tile < tiles; ++tile) total += sums_[chain * tiles + tile];
    sums_[chain] = total;
  }
  sums_.resize(static_cast<std::size_t>(chains_));
  FixedSum::all_reduce(domain_->comm(), sums_);
  std::vector<double> values;
  for (const FixedSum& sum : sums_) values.push_back(sum.value());
  return values;
}

template <class Work>
std::vector<double> Workspace::max_blocks(const Work& work) {
  const std::size_t tiles = layout_->tiles.size();
  std::vector<double> of_blocks(static_cast<std::size_t>(chains_) * tiles), largest(static_cast<std::size_t>(chains_), 0.0);
  for_blocks([&](std::int64_t chain, std::size_t tile) { of_blocks[static_cast<std::size_t>(chain) * tiles + tile] = work(chain, tile); });
  for (std::size_t i = 0; i < of_blocks.size(); ++i) largest[i / tiles] = std::max(largest[i / tiles], of_blocks[i]);
  if (!domain_->whole()) domain_->comm().max(largest);
  return largest;
}

}  // namespace scorefield
