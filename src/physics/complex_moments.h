// What is exactly known of the weight exp(-S), S = sigma z^2/2 + lambda z^4/4, for complex couplings. Local.
#pragma once

#include <array>
#include <complex>
#include <optional>
#include <span>
#include <vector>

#include "physics/complex_action.h"
#include "physics/exact_law.h"

namespace scorefield {

/// Values of order 1 .. 8; element n-1 has order n.
using ComplexOrders = std::array<std::complex<double>, kMaxOrder>;

/// kappa_n = m_n - sum_{j<n} C(n-1, j-1) kappa_j m_{n-j}.
ComplexOrders complex_cumulants(const ComplexOrders& moments);

struct ComplexMoments {
  std::complex<double> z;  ///< the integral of exp(-S) over the real line
  double phase = 1.0;      ///< |Z| over the integral of |exp(-S)| along the path of integration below
  ComplexOrders moments{}, cumulants{};
};

/// By quadrature along x = e^{i theta} t, where theta, -arg(lambda)/4 (or -arg(sigma)/2 if lambda = 0), makes the highest power of the
/// action real: nothing is crossed on the way from the real line, and there the integrand is entire and falls fast, so that the trapezoidal
/// rule converges faster than any power. Relative error about 1e-15/phase. Needs Re lambda > 0, or lambda = 0 and Re sigma > 0.
ComplexMoments exact_moments(const QuarticAction& action);

/// The complex weight e^{-S(x)}/Z at real x.
std::vector<std::complex<double>> complex_weight(const QuarticAction& action, std::span<const double> x);

/// The strip |y| < y_- that walkers with N_y = 0 never leave, y_-^2 = (A/(2 lambda)) (1 - sqrt(1 - B^2/(3 A^2))): on its border the drift
/// points inwards for all x (Aarts, Giudice, Seiler 2013). None unless lambda is real and A > 0, B^2 < 3 A^2.
std::optional<double> strip(const QuarticAction& action, double noise_y);

}  // namespace scorefield
