#include "ensemble/update_set.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "ensemble/clusters.h"
#include "ensemble/complex_langevin.h"
#include "ensemble/hmc.h"
#include "ensemble/langevin.h"
#include "ensemble/signs.h"

namespace scorefield {

std::int64_t steps_of(double trajectory, double step) { return std::max<std::int64_t>(1, std::llround(trajectory / step)); }

UpdateSet::UpdateSet(const GenerateParams& generate, std::uint64_t seed, double step, const ComplexFieldAction* complex_action) {
  if (generate.trajectory / step > static_cast<double>(kMostSteps)) {
    throw NumericalError("an update would have more than 2^20 steps, so small did they become for the wanted acceptance");
  }
  const std::int64_t steps = steps_of(generate.trajectory, step);
  const auto scheme = generate.scheme == "euler" ? LangevinScheme::euler : LangevinScheme::second_order;
  if (complex_action != nullptr) {
    const double size = generate.trajectory / static_cast<double>(steps);
    updates_.push_back(std::make_unique<ComplexLangevin>(
        seed, *complex_action, ComplexLangevin::Settings{scheme, size, steps, generate.noise_y, generate.largest_drift}));
    return;
  }
  if (generate.algorithm == "hmc") {
    updates_.push_back(std::make_unique<Hmc>(seed, make_trajectory(integrator_named(generate.integrator), step, steps)));
  } else if (generate.algorithm == "langevin-corrected") {
    updates_.push_back(std::make_unique<CorrectedLangevin>(seed, step, steps));
  } else {
    updates_.push_back(std::make_unique<Langevin>(seed, step, steps, scheme));
  }
  every_ = static_cast<std::uint64_t>(generate.cluster);
  if (every_ > 0) cluster_ = std::make_unique<ClusterUpdate>(seed);
  if (generate.flip == "yes") updates_.push_back(std::make_unique<SignFlip>(seed));
}

void UpdateSet::apply(ChainGroup& group, Workspace& work, std::uint64_t number) const {
  for (const auto& each : updates_) each->apply(group, work, number);
  if (cluster_ && (number + 1) % every_ == 0) cluster_->apply(group, work, number);
}

}  // namespace scorefield
