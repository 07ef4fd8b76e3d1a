// One chain on a whole lattice, moved by one thread.
#pragma once

#include <memory>
#include <span>

#include "ensemble/update_set.h"

namespace scorefield {

/// Chain number n goes on from a configuration by the deck's updates; its random numbers are those of n. One object a thread. Local.
class LoneChain {
 public:
  /// Of a real field; `step`: of a trajectory. InputError for couplings out of range.
  LoneChain(const Params& params, std::uint64_t seed, double step);

  /// Begins chain `number` at `phi`, [row][column].
  void start(std::int64_t number, std::span<const double> phi);
  /// Its update number `number`.
  const Outcome& update(std::uint64_t number);
  /// S. NumericalError if it is not finite.
  double action();
  void copy_out(std::span<double> phi);

 private:
  Comm self_;
  Domain domain_;
  Layout layout_;
  std::unique_ptr<LatticeAction> action_;
  Workspace work_;
  ChainGroup group_;
  UpdateSet updates_;
};

}  // namespace scorefield
