// The updates that a deck asks for.
#pragma once

#include <memory>
#include <vector>

#include "deck/params.h"
#include "ensemble/chains.h"
#include "physics/complex_field_action.h"

namespace scorefield {

/// Steps of an update of about this length, at least one.
std::int64_t steps_of(double trajectory, double step);

/// One update of the deck's kind after the other, and a cluster update after every generate.cluster of them. Collective over the ranks that
/// share the chains.
class UpdateSet {
 public:
  UpdateSet() = default;
  /// `step`: of a trajectory, as it is tuned by now. `complex_action`: of complex fields, and must outlive it. NumericalError if an update
  /// would have more than 2^20 steps.
  UpdateSet(const GenerateParams& generate, std::uint64_t seed, double step, const ComplexFieldAction* complex_action);

  /// Update number `number` of all chains of the group.
  void apply(ChainGroup& group, Workspace& work, std::uint64_t number) const;

 private:
  std::vector<std::unique_ptr<Update>> updates_;
  std::unique_ptr<Update> cluster_;
  std::uint64_t every_ = 0;
};

}  // namespace scorefield
