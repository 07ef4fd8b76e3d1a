#include "ensemble/chains.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace scorefield {

Workspace::Workspace(const Domain& domain, const Layout& layout, const LatticeAction* action, std::int64_t chains, std::int64_t components,
                     bool parallel)
    : domain_(&domain),
      layout_(&layout),
      action_(action),
      chains_(chains),
      components_(components),
      parallel_(parallel),
      halo_(domain, layout),
      transfer_(domain.comm()),
      momenta_(domain, layout, chains * components),
      backup_(domain, layout, chains * components) {}

void Workspace::exchange(std::span<Field* const> fields) { halo_.exchange(fields, {0, chains_ * components_}, transfer_); }

template <class Work>
void Workspace::for_tiles(bool waiting, const Work& work) const {
  for_blocks([&](std::int64_t chain, std::size_t tile) {
    if (halo_.waits(tile) == waiting) work(chain, tile);
  });
}

void Workspace::evolve(Field& phi, std::span<const Stage> stages) {
  if (accelerated()) return evolve_accelerated(phi, stages);
  const std::array<Field*, 2> both = {&phi, &momenta_};
  while (!stages.empty()) {
    const auto now = stages.first(std::min(stages.size(), static_cast<std::size_t>(layout_->depth)));
    const std::span<Field* const> fields = std::span(both).first(now.size() > 1 ? 2 : 1);
    const auto move = [&](std::int64_t chain, std::size_t tile) {
      action_->evolve(phi.block(chain, tile), momenta_.block(chain, tile), now);
    };
    halo_.begin(fields, {0, chains_}, transfer_);
    for_tiles(false, move);
    halo_.end(fields, {0, chains_}, transfer_);
    if (domain_->grid().y > 1) for_tiles(true, move);
    stages = stages.subspan(now.size());
  }
}

void Workspace::know_action(ChainGroup& group) {
  if (group.action_known || action_ == nullptr) return;
  const std::array<Field*, 1> phi = {&group.phi};
  exchange(phi);
  group.action = sum_blocks([&](std::int64_t chain, std::size_t tile) { return action_->value(group.phi.block(chain, tile)); });
  group.action_known = true;
  for (const double action : group.action) {
    if (!std::isfinite(action)) throw NumericalError("the action of a chain is not finite: the field has grown without bound");
  }
}

}  // namespace scorefield
