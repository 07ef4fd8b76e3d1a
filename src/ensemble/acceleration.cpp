#include <algorithm>
#include <array>

#include "base/parallel.h"
#include "ensemble/chains.h"
#include "ensemble/momenta.h"
#include "lattice/collect.h"

namespace scorefield {
namespace {

FieldShape shape_of(const Domain& domain) {
  return {static_cast<std::size_t>(domain.lattice().y), static_cast<std::size_t>(domain.lattice().x)};
}

/// Calls action(sites of the block's row, the same sites in `packed`, number of them): [row][column] of this rank's sites of a chain.
template <class Action>
void for_rows(const Domain& domain, const Block& block, double* packed, const Action& action) {
  for (std::int64_t y = 0; y < block.rows; ++y) {
    action(block.sites(y), packed + (block.first_row - domain.rows().begin + y) * block.columns, block.columns);
  }
}

}  // namespace

void Workspace::accelerate(double mass) {
  const int threads = parallel_ ? thread_count() : 1;
  kernels_.clear();
  for (int i = 0; i < threads; ++i) kernels_.emplace_back(shape_of(*domain_), mass);
  force_.emplace(*domain_, *layout_, chains_);
}

/// field = sqrt(K) field, each whole lattice on the rank that collects it.
void Workspace::apply_root_of_kernel(Field& field) {
  const std::int64_t mine = domain_->rows().size() * domain_->columns().size();
  std::vector<double> parts(static_cast<std::size_t>(chains_ * mine));
  const auto for_parts = [&](const auto& action) {
    for_blocks(
        [&](std::int64_t chain, std::size_t tile) { for_rows(*domain_, field.block(chain, tile), parts.data() + chain * mine, action); });
  };
  for_parts([](const double* sites, double* packed, std::int64_t count) { std::copy_n(sites, count, packed); });
  std::vector<double> whole = domain_->whole() ? std::move(parts) : collect<double>(*domain_, chains_, parts);
  const auto sites = static_cast<std::size_t>(domain_->lattice().sites());
  for_each(static_cast<std::int64_t>(whole.size() / sites), [&](std::int64_t i) {
    FourierKernel& kernel = kernels_[parallel_ ? static_cast<std::size_t>(thread_number()) : 0];
    kernel.apply_root(std::span(whole).subspan(static_cast<std::size_t>(i) * sites, sites));
  });
  parts = domain_->whole() ? std::move(whole) : distribute<double>(*domain_, chains_, whole);
  for_parts([](double* sites_of_row, const double* packed, std::int64_t count) { std::copy_n(packed, count, sites_of_row); });
}

/// pi += kick sqrt(K) F(phi), then phi += drift sqrt(K) pi.
void Workspace::evolve_accelerated(Field& phi, std::span<const Stage> stages) {
  const std::array<Field*, 1> fields = {&phi};
  const Stage force_alone{1.0, 0.0};
  for (const Stage& stage : stages) {
    if (stage.kick != 0.0) {
      exchange(fields);
      for_blocks([&](std::int64_t chain, std::size_t tile) {
        const Block force = force_->block(chain, tile);
        std::fill_n(force.row(0), force.rows * force.stride, Vec{});
        action_->evolve(phi.block(chain, tile), force, {&force_alone, 1});
      });
      apply_root_of_kernel(*force_);
      for_blocks(
          [&](std::int64_t chain, std::size_t tile) { add_sites(momenta_.block(chain, tile), stage.kick, force_->block(chain, tile)); });
    }
    if (stage.drift != 0.0) {
      for_blocks([&](std::int64_t chain, std::size_t tile) { copy_sites(momenta_.block(chain, tile), force_->block(chain, tile)); });
      apply_root_of_kernel(*force_);
      for_blocks([&](std::int64_t chain, std::size_t tile) { add_sites(phi.block(chain, tile), stage.drift, force_->block(chain, tile)); });
    }
  }
}

}  // namespace scorefield
