"""The free complexified field mode by mode, with the errors of a Langevin step, and phi^4 with complex couplings on 2 x 2.

A mode with the action 1/2 D |phi~|^2/V has <z~(k) z~(-k)>/V = 1/D. A step of stochastic Heun is linear there,
    z' = R z + (1 - hD/2) eta,    R = 1 - hD + (hD)^2/2,    <eta eta> = 2h (N_x - N_y) = 2h,
so that its stationary <z z>, a holomorphic average, is 2h (1 - hD/2)^2/(1 - R^2), for complex D as for real D.
"""

import numpy as np
from columns import Action
from cumulants import cumulants


def stepped(inverse: np.ndarray, step: float) -> np.ndarray:
    """<z~(k) z~(-k)>/V of Heun steps of one length, from D(k)."""
    half = step * inverse / 2
    return (1 - half) / (1 - half + half**2) / inverse


def iterated(inverse: complex, step: float, noise_y: float, steps: int) -> complex:
    """The same by following the covariance of (x, y) from zero through the steps."""
    drift = -np.array([[inverse.real, -inverse.imag], [inverse.imag, inverse.real]])
    move = np.eye(2) + step * drift + step**2 / 2 * drift @ drift
    kick = (np.eye(2) + step / 2 * drift) @ np.diag(np.sqrt([2 * step * (1 + noise_y), 2 * step * noise_y]))
    covariance = np.zeros((2, 2))
    for _ in range(steps):
        covariance = move @ covariance @ move.T + kick @ kick.T
    (xx, xy), (_, yy) = covariance
    return complex(xx - yy, 2 * xy)


def ring(action: Action, cut: float, points: int) -> tuple[np.ndarray, complex]:
    """Cumulants and <phi phi'> of neighbours on 2 x 2, which is a ring of four sites with each bond twice: a sum on an
    equidistant grid, exponentially accurate for functions that decay fast."""
    phi = np.linspace(-cut, cut, points)
    site = action.site(phi) / 2
    bond = np.exp(4 * action.kappa * np.multiply.outer(phi, phi) - np.add.outer(site, site))
    weight = bond * np.linalg.matrix_power(bond, 3).T  # of two neighbours
    moments = np.array([np.sum(weight @ phi**n) for n in range(9)]) / np.sum(weight)
    return cumulants(moments), complex(phi @ weight @ phi / np.sum(weight))
