// Complex Langevin of fields on the lattice: dz = K dt + sqrt(2 N_x) dW_x + i sqrt(2 N_y) dW_y, site by site.
#pragma once

#include "ensemble/chains.h"
#include "ensemble/langevin.h"
#include "physics/complex_field_action.h"

namespace scorefield {

/// An update is `steps` steps of size `step` of each chain, stochastic Heun (second_order) or Euler. Where the largest |K| step of a chain
/// exceeds `largest_drift`, its steps are made shorter by powers of two, and more of them: an update always is the same Langevin time.
class ComplexLangevin : public Update {
 public:
  struct Settings {
    LangevinScheme scheme;
    double step;
    std::int64_t steps;
    double noise_y;        ///< N_y; N_x = 1 + N_y
    double largest_drift;  ///< 0: all steps have one length
  };
  ComplexLangevin(std::uint64_t seed, const ComplexFieldAction& action, const Settings& settings);
  /// NumericalError if a chain runs away.
  void apply(ChainGroup& group, Workspace& work, std::uint64_t number) const override;

 private:
  std::uint64_t seed_;
  const ComplexFieldAction* action_;
  Settings settings_;
};

}  // namespace scorefield
