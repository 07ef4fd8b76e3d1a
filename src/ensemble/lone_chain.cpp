#include "ensemble/lone_chain.h"

#include <algorithm>

namespace scorefield {

LoneChain::LoneChain(const Params& params, std::uint64_t seed, double step)
    : self_(Comm::self()),
      domain_(self_, {params.lattice.size[0], params.lattice.size[1]}, 1, {1, 1, 1}),
      layout_(make_layout(domain_, 1)),
      action_(make_lattice_action(params.model)),
      work_(domain_, layout_, action_.get(), 1, 1, false),
      group_{Field(domain_, layout_, 1), {0, 1}, {}, std::vector<Outcome>(1)},
      updates_(params.generate, seed, step, nullptr) {
  if (params.generate.acceleration > 0.0) work_.accelerate(params.generate.acceleration);
}

void LoneChain::start(std::int64_t number, std::span<const double> phi) {
  const std::int64_t columns = domain_.columns().size();
  for (std::int64_t y = 0; y < domain_.rows().size(); ++y) std::copy_n(phi.data() + y * columns, columns, group_.phi.sites(0, y));
  group_.chains = {number, number + 1};
  group_.action_known = false;
}

const Outcome& LoneChain::update(std::uint64_t number) {
  updates_.apply(group_, work_, number);
  return group_.outcome[0];
}

double LoneChain::action() {
  work_.know_action(group_);
  return group_.action[0];
}

void LoneChain::copy_out(std::span<double> phi) {
  const std::int64_t columns = domain_.columns().size();
  for (std::int64_t y = 0; y < domain_.rows().size(); ++y) std::copy_n(group_.phi.sites(0, y), columns, phi.data() + y * columns);
}

}  // namespace scorefield
