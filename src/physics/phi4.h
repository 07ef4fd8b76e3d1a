// Two-dimensional phi^4 theory in the hopping form.
#pragma once

#include "physics/lattice_action.h"

namespace scorefield {

/// S = sum_x [-2 kappa sum_mu phi(x) phi(x+mu) + (1 - 2 lambda) phi^2 + lambda phi^4], periodic; F = 2 kappa sum_{+-mu} phi(x+mu)
/// - 2 (1 - 2 lambda) phi - 4 lambda phi^3. On extent 2 both neighbours in that direction are the same site: the bond counts twice.
/// `more_mass` is added to the coefficient of phi^2: a field that is known up to noise r has 1/(2 r^2) there.
/// lambda = 0 is the free field, with propagator 1/(2 - 4 kappa (cos k_x + cos k_y)), kappa < 1/4.
class Phi4 : public LatticeAction {
 public:
  Phi4(double kappa, double lambda, double more_mass = 0.0) : kappa_(kappa), lambda_(lambda), square_(1.0 - 2.0 * lambda + more_mass) {}
  void evolve(const Block& phi, const Block& pi, std::span<const Stage> stages) const override;
  FixedSum value(const Block& phi) const override;
  double bond_coupling() const override { return 2.0 * kappa_; }

 private:
  double kappa_;
  double lambda_;
  double square_;  ///< coefficient of phi^2
};

}  // namespace scorefield
