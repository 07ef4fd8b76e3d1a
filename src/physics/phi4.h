// Two-dimensional phi^4 theory in the hopping form.
#pragma once

#include "physics/lattice_action.h"

namespace scorefield {

/// S = sum_x [-2 kappa sum_mu phi(x) phi(x+mu) + (1 - 2 lambda) phi^2 + lambda phi^4], periodic; F = 2 kappa sum_{+-mu} phi(x+mu)
/// - 2 (1 - 2 lambda) phi - 4 lambda phi^3. On extent 2 both neighbours in that direction are the same site: the bond counts twice.
/// lambda = 0 is the free field, with propagator 1/(2 - 4 kappa (cos k_x + cos k_y)), kappa < 1/4.
class Phi4 : public LatticeAction {
 public:
  Phi4(double kappa, double lambda) : kappa_(kappa), lambda_(lambda) {}
  void evolve(const Block& phi, const Block& pi, std::span<const Stage> stages) const override;
  FixedSum value(const Block& phi) const override;
  double bond_coupling() const override { return 2.0 * kappa_; }

 private:
  double kappa_;
  double lambda_;
};

}  // namespace scorefield
