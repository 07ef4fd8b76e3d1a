// The stationary Fokker-Planck equation of complex Langevin,
//   [d_x (N_x d_x - K_x) + d_y (N_y d_y - K_y)] P = 0,
// for S = sigma z^2/2 + lambda z^4/4, by a double expansion in Hermite functions (Aarts, Giudice, Seiler 2013, arXiv 1306.3075). Local.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "physics/complex_action.h"

namespace scorefield {

/// P(x,y) = sum_kl c_kl psi_k(x; s_x) psi_l(y; s_y), k < K, l < L, k + l even, with psi_k(x; s) = H_k(x/s) e^{-x^2/2s^2} normalised to 1.
///
/// The c minimise the residual of the equation over all functions that it reaches, more of them than unknowns, by four steps of inverse
/// iteration on the normal equations. They converge exponentially if the last functions just reach where P ends (s ~ 1/sqrt K): in y that
/// is the strip |y| < y_-, times 1.35. With wider ones they do not.
class FokkerPlanck {
 public:
  /// lambda real and >= 0, Re sigma > 0. NumericalError if the equations cannot be solved. `functions_x`, `functions_y`: K, L.
  FokkerPlanck(const QuarticAction& action, double noise_y, int functions_x, int functions_y);

  /// L2 norm of what is left of the equation; P has integral 1.
  double residual() const { return residual_; }
  int functions_x() const { return columns_x_; }
  int functions_y() const { return columns_y_; }
  /// The integral of x^m y^n P, exact for the expansion.
  double moment(int m, int n) const;
  /// P on a grid, [x][y].
  std::vector<double> density(std::span<const double> x, std::span<const double> y) const;
  /// P convolved with a Gaussian of deviation `noise` in x and in y, as the forward process makes it, and its derivatives, [x][y].
  struct Smoothed {
    std::vector<double> density, slope_x, slope_y;
  };
  Smoothed smoothed(std::span<const double> x, std::span<const double> y, double noise) const;
  /// The integral of P over y at each x, and over x at each y.
  std::vector<double> marginal_x(std::span<const double> x) const;
  std::vector<double> marginal_y(std::span<const double> y) const;
  /// rho(x) = int dy P(x - i y, y), which is e^{-S(x)}/Z if complex Langevin is right. Away from the real line the last Hermite functions
  /// grow as e^{sqrt(2K) y/s_x}, and so do rounding errors: nothing where P reaches so far in y that they would be seen.
  std::vector<std::complex<double>> complex_density(std::span<const double> x) const;

 private:
  /// y beyond which P is nothing.
  double reach_in_y() const;

  int columns_x_, columns_y_;
  double width_x_ = 1.0, width_y_ = 1.0;
  std::vector<double> coefficients_;  ///< [k][l]
  double residual_ = 0.0;
};

/// Why the expansion cannot converge: lambda is not real, Re sigma_0 <= 0, P lies on a line or falls like a power (with N_y > 0 that of the
/// quartic falls like |z|^-6). Empty if nothing speaks against it.
std::string why_no_fokker_planck(const QuarticAction& action, double noise_y);

/// Solutions with more and more functions in y until no second or fourth moment changes by more than `tolerance` (relative), at most six.
/// The last is the best; all are returned, so that the convergence can be shown.
std::vector<FokkerPlanck> solve_fokker_planck(const QuarticAction& action, double noise_y, double tolerance);

}  // namespace scorefield
