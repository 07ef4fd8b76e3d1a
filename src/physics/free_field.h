// The free field on the lattice: what is known of it exactly. Local; no errors.
#pragma once

#include <cstddef>

namespace scorefield {

/// G(k) = <|phi~(k)|^2>/V = 1/(2 - 4 kappa (cos k_y + cos k_x)), k = 2 pi n/L, of the action of physics/phi4.h with lambda = 0.
double free_propagator(double kappa, std::size_t extent_y, std::size_t extent_x, std::size_t n_y, std::size_t n_x);

}  // namespace scorefield
