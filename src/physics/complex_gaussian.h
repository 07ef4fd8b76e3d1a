// The stationary distribution of complex Langevin for S = sigma z^2/2, sigma = A + i B: a Gaussian in (x, y). Local.
#pragma once

#include <complex>

namespace scorefield {

/// Second moments <x^2>, <x y>, <y^2>.
struct PlaneCovariance {
  double xx = 0.0;
  double xy = 0.0;
  double yy = 0.0;
};

/// c_xy = -B/(2|sigma|^2), c_xx = (N_x + B c_xy)/A, c_yy = (N_y - B c_xy)/A with N_x = 1 + N_y: what makes d/dt of all three vanish. A > 0.
/// (For N_y = 0 the density is exp(-alpha x^2 - beta y^2 - 2 gamma x y) with alpha = A, beta = A (1 + 2 A^2/B^2), gamma = A^2/B.)
PlaneCovariance stationary_covariance(std::complex<double> sigma, double noise_y);

/// Of z(t) about its mean e^{-sigma t} z(0), for fixed z(0): C - E C E^T with E the multiplication by e^{-sigma t}.
PlaneCovariance transition_covariance(std::complex<double> sigma, double noise_y, double time);

}  // namespace scorefield
