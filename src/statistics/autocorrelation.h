// Errors of means along Markov chains by the Gamma method (U. Wolff, Comput. Phys. Commun. 156 (2004) 143, hep-lat/0306017). Local.
#pragma once

#include <cstddef>

#include "statistics/lagged_products.h"

namespace scorefield {

/// Statistics of one observable along Markov chains. Times are in configurations.
struct Autocorrelation {
  double mean = 0.0;            ///< over all configurations
  double error = 0.0;           ///< that of independent configurations times sqrt(2 tau_int)
  double error_of_error = 0.0;  ///< error sqrt((W + 1/2)/N)
  double tau_int = 0.5;         ///< 1/2 + sum_{t=1}^W rho(t): 1/2 for independent configurations
  double tau_int_error = 0.0;   ///< eq. (42): tau_int sqrt(4 (W + 1/2 - tau_int)/N)
  std::size_t window = 0;       ///< W
  bool window_limited = false;  ///< no window was found: tau_int and the error are not to be trusted
};

/// The Gamma method for chains of any lengths N_r (empty ones are left out), N configurations together:
///
///   Gamma(t) = sum_r sum_i (a_r[i] - mean)(a_r[i + t] - mean) / sum_r max(N_r - t, 0),   rho(t) = Gamma(t)/Gamma(0)
///   C = Gamma(0) + 2 sum_{t=1}^W Gamma(t),   error^2 = C/N,   tau_int = C/(2 Gamma(0))
///
/// W is the first with exp(-W/tau) <= tau/sqrt(W N), where S/tau = log((2 tau_int(W) + 1)/(2 tau_int(W) - 1)), up to half the
/// longest chain. Where sum_{t=1}^W rho(t) is not positive, that of |rho(t)| stands in for it in this formula; Wolff stops there, which
/// for rho(t) = (-0.9)^t, as of HMC trajectories near half a period, makes C negative. Even rho(t) = 1 has a window, W = 0.12 N, if that
/// is within half the longest chain: the error is then far too small, and what tells that the chain is too short is not window_limited but
/// error_of_error, above a third of the error.
///
/// The mean's own fluctuations lower every Gamma(t) by C/N: C is multiplied by 1 + (2W + 1)/N, eq. (49), and C/N added to Gamma(0).
/// A C that is not positive is noise: W is then 0, tau_int 1/2 without an error, and window_limited set.
///
/// Constant series have error 0 and tau_int 1/2. NumericalError if a number is not finite, or if there are fewer than two.
/// Cost: that of W + 1 LaggedProducts.
Autocorrelation gamma_method(Replicas replicas, double s = 1.5);

}  // namespace scorefield
