#include "ensemble/lattice_chains.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>

#include "base/rng.h"
#include "ensemble/momenta.h"

namespace scorefield {
namespace {

constexpr std::int64_t kFewestSites = 4096;  // of a chain for each thread that works on it: with less they mostly wait for each other

}  // namespace

Extents extents_of(const LatticeParams& lattice) { return {lattice.size[0], lattice.size[1]}; }

ProcessGrid grid_of(int ranks, const Params& params) {
  const auto& wanted = params.lattice.process_grid;
  return choose_grid(ranks, extents_of(params.lattice), params.generate.chains, {wanted[0], wanted[1], wanted[2]});
}

int threads_a_chain(const Domain& domain, int threads) {
  const bool small = domain.lattice().sites() < threads * kFewestSites;
  return domain.whole() && (small || domain.chains().size() >= threads) ? 1 : threads;
}

LatticeChains::LatticeChains(const Comm& world, const Params& params, int threads)
    : world_(&world),
      params_(params),
      domain_(world, extents_of(params.lattice), params.generate.chains, grid_of(world.size(), params)),
      layout_(make_layout(domain_, threads_a_chain(domain_, threads))),
      components_(components_of(params.model)),
      action_(is_complex(params.model) ? nullptr : make_lattice_action(params.model)),
      complex_action_(is_complex(params.model) ? make_complex_field_action(params.model) : nullptr),
      tuner_(params.generate.step, params.generate.acceptance, tunes(params.generate) ? params.generate.thermalisation : 0) {
  const bool alone = domain_.whole() && layout_.tiles.size() == 1;
  const std::int64_t chains = domain_.chains().size(), a_group = alone ? 1 : chains;
  for (std::int64_t first = 0; first < chains; first += a_group) {
    const Range numbers{domain_.chains().begin + first, domain_.chains().begin + first + a_group};
    groups_.push_back(
        {Field(domain_, layout_, a_group * components_), numbers, {}, std::vector<Outcome>(static_cast<std::size_t>(a_group))});
  }
  for (int i = 0; i < (alone ? threads : 1); ++i) workspaces_.emplace_back(domain_, layout_, action_.get(), a_group, components_, !alone);
  if (params.generate.acceleration > 0.0) {
    for (Workspace& work : workspaces_) work.accelerate(params.generate.acceleration);
  }
  make_updates();
}

std::int64_t LatticeChains::steps() const { return steps_of(params_.generate.trajectory, step()); }

void LatticeChains::make_updates() {
  updates_ = UpdateSet(params_.generate, static_cast<std::uint64_t>(params_.run.seed), step(), complex_action_.get());
}

void LatticeChains::restore_tuner(const StepTuner::State& state) {
  tuner_.restore(state);
  make_updates();
}

void LatticeChains::start() {
  const std::string& kind = params_.generate.start;
  for_groups([&](ChainGroup& group, Workspace& work) {
    work.for_blocks([&](std::int64_t chain, std::size_t tile) {
      const std::int64_t number = group.chains.begin + chain;
      const bool hot = kind == "hot" || (kind == "mixed" && number % 2 == 0), negative = (kind == "mixed" ? number / 2 : number) % 2 == 1;
      const std::int64_t real_parts = std::max<std::int64_t>(1, components_ / 2), between = components_ / real_parts;
      for (std::int64_t c = 0; c < real_parts; ++c) {
        const Block phi = group.phi.block(chain * components_ + c * between, tile);
        if (hot)
          fill_normals({static_cast<std::uint64_t>(params_.run.seed), Stream::start, 0}, domain_.lattice(), number * real_parts + c, phi);
        for (std::int64_t y = 0; y < phi.rows && !hot; ++y) std::fill_n(phi.sites(y), phi.columns, negative ? -1.0 : 1.0);
      }
    });
    group.action_known = false;
  });
}

/// Groups of one chain are worked on by threads with a workspace each, the next group by the next that is free.
void LatticeChains::share_groups(const std::function<void(ChainGroup&, Workspace&)>& work) {
  if (workspaces_.size() == 1) {
    for (ChainGroup& group : groups_) work(group, workspaces_[0]);
    return;
  }
  std::atomic<std::size_t> next = 0;
  parallel_for(0, static_cast<std::int64_t>(workspaces_.size()), [&](std::int64_t i) {
    for (std::size_t group = next++; group < groups_.size(); group = next++) work(groups_[group], workspaces_[static_cast<std::size_t>(i)]);
  });
}

/// Where ranks share chains they wait for each other within the work: only what all of them see (a field without bound) can be agreed on
/// afterwards, and a rank that fails alone must end all.
void LatticeChains::for_groups(const std::function<void(ChainGroup&, Workspace&)>& work) {
  if (domain_.whole()) return require_all(*world_, [&] { share_groups(work); });
  std::exception_ptr error;
  try {
    share_groups(work);
  } catch (const NumericalError&) {
    error = std::current_exception();
  }
  require_all(*world_, [&] {
    if (error) std::rethrow_exception(error);
  });
}

void LatticeChains::advance(std::uint64_t first, std::int64_t count, std::int64_t measured, const Visit& visit) {
  for_groups([&](ChainGroup& group, Workspace& work) {
    for (std::int64_t update = 0; update < count; ++update) {
      const std::uint64_t number = first + static_cast<std::uint64_t>(update);
      updates_.apply(group, work, number);
      if ((update + 1) % measured == 0) work.know_action(group);
      for (std::int64_t chain = 0; chain < group.chains.size(); ++chain) {
        visit(group.chains.begin + chain - domain_.chains().begin, update, group.outcome[static_cast<std::size_t>(chain)]);
      }
    }
  });
}

void LatticeChains::thermalise(std::uint64_t number) {
  std::vector<double> probability(static_cast<std::size_t>(domain_.chains().size()));
  advance(number, 1, 1, [&](std::int64_t chain, std::int64_t, const Outcome& outcome) {
    probability[static_cast<std::size_t>(chain)] = outcome.probability;
  });
  if (!tunes(params_.generate)) return;
  FixedSum sum;
  for (const double p : probability) {
    if (domain_.comm().is_root()) sum.add(std::llround(std::ldexp(p, 32)));
  }
  FixedSum::all_reduce(*world_, {&sum, 1});
  tuner_.observe(sum.value() / static_cast<double>(params_.generate.chains));
  require_all(*world_, [&] { make_updates(); });
}

LatticeChains::Place LatticeChains::place(std::int64_t chain) const {
  const std::int64_t a_group = groups_.front().chains.size();
  return {static_cast<std::size_t>(chain / a_group), chain % a_group};
}

void LatticeChains::copy_out(std::int64_t chain, std::span<double> numbers) {
  const auto [group, in_group] = place(chain);
  const std::int64_t columns = domain_.columns().size();
  double* to = numbers.data();
  for (std::int64_t c = 0; c < components_; ++c) {
    for (std::int64_t y = 0; y < domain_.rows().size(); ++y, to += columns) {
      std::copy_n(groups_[group].phi.sites(in_group * components_ + c, y), columns, to);
    }
  }
}

void LatticeChains::copy_in(std::int64_t chain, std::span<const double> numbers) {
  const auto [group, in_group] = place(chain);
  const std::int64_t columns = domain_.columns().size();
  const double* from = numbers.data();
  for (std::int64_t c = 0; c < components_; ++c) {
    for (std::int64_t y = 0; y < domain_.rows().size(); ++y, from += columns) {
      std::copy_n(from, columns, groups_[group].phi.sites(in_group * components_ + c, y));
    }
  }
  groups_[group].action_known = false;
}

double LatticeChains::action(std::int64_t chain) const {
  const auto [group, in_group] = place(chain);
  return groups_[group].action[static_cast<std::size_t>(in_group)];
}

}  // namespace scorefield
