"""phi^4 the plain way: a four-dimensional sum for 2 x 2, and hybrid Monte Carlo with np.roll on any lattice.

Nothing is shared with the transfer matrix but the names of the values. The sampler is the speed baseline, too.
"""

from dataclasses import dataclass
from typing import Callable

import numpy as np
from cumulants import cumulants
from transfer_matrix import Values


def action(phi: np.ndarray, kappa: complex, lam: complex, axes: tuple[int, ...] = (-2, -1)) -> np.ndarray:
    """S of each configuration phi[..., y, x]; on extent 2 the roll meets the same neighbour from both sides."""
    bonds = sum(phi * np.roll(phi, -1, axis) for axis in axes)
    square = phi**2
    return np.sum((1 - 2 * lam + lam * square) * square - 2 * kappa * bonds, axis=axes)


def force(phi: np.ndarray, kappa: float, lam: float) -> np.ndarray:
    """-dS/dphi; no phi**3, which numpy leaves to pow: five times slower."""
    neighbours = np.roll(phi, 1, -1) + np.roll(phi, -1, -1) + np.roll(phi, 1, -2) + np.roll(phi, -1, -2)
    return 2 * kappa * neighbours - phi * (2 * (1 - 2 * lam) + 4 * lam * phi**2)


def leapfrog(phi: np.ndarray, pi: np.ndarray, kappa: float, lam: float, step: float,
             steps: int) -> tuple[np.ndarray, np.ndarray]:
    """phi, pi after `steps` of size `step` in one configuration [y, x] or in a batch [..., y, x]; inputs stay."""
    pi = pi + 0.5 * step * force(phi, kappa, lam)
    for n in range(steps):
        phi = phi + step * pi
        pi = pi + (step if n < steps - 1 else 0.5 * step) * force(phi, kappa, lam)
    return phi, pi


@dataclass(frozen=True)
class Chains:
    """What `hmc` measured, [trajectory, chain, ...], and what the Metropolis tests saw."""

    measured: np.ndarray
    changes: np.ndarray  # of the energy, [trajectory, chain]; <exp(-change)> = 1

    @property
    def acceptance(self) -> float:
        return float(np.mean(np.exp(-np.maximum(self.changes, 0.0))))


def hmc(kappa: float, lam: float, extents: tuple[int, int], chains: int, trajectories: int, *, length: float = 1.0,
        steps: int = 6, thermalisation: int = 50, seed: int = 1,
        measure: Callable[[np.ndarray], np.ndarray] = np.copy) -> Chains:
    """Independent chains from phi ~ N(0, 1); Metropolis test and measure(phi[chain, y, x]) after each trajectory."""
    rng = np.random.default_rng(seed)
    phi = rng.standard_normal((chains, *extents))
    measured, changes = [], []
    for trajectory in range(thermalisation + trajectories):
        pi = rng.standard_normal(phi.shape)
        new, end = leapfrog(phi, pi, kappa, lam, length / steps, steps)
        change = action(new, kappa, lam) - action(phi, kappa, lam) + 0.5 * np.sum(end**2 - pi**2, axis=(1, 2))
        accepted = rng.random(chains) < np.exp(-np.maximum(change, 0.0))
        phi = np.where(accepted[:, None, None], new, phi)
        if trajectory >= thermalisation:
            changes.append(change)
            measured.append(measure(phi))
    return Chains(np.array(measured), np.array(changes))


def brute_force(kappa: complex, lam: complex, cut: float, points: int) -> Values:
    """All values on 2 x 2 by a sum on an equidistant grid, exponentially accurate for functions that decay fast."""
    phi = np.linspace(-cut, cut, points)
    a, b, c, d = np.meshgrid(phi, phi, phi, phi, indexing="ij", sparse=True)  # rows (a, b) and (c, d)

    total = np.exp(4 * kappa * (a * b + c * d + a * c + b * d))  # each neighbour is met from both sides
    for x in (a, b, c, d):
        total = total * np.exp(-(1 - 2 * lam) * x**2 - lam * x**4)
    total /= np.sum(total)

    def mean(function: np.ndarray) -> complex:
        return np.sum(total * function)

    moments = np.array([mean(a**n) for n in range(9)])
    same, other = np.array([moments[2], mean(a * b)]), np.array([mean(a * c), mean(a * d)])
    squares = np.array([moments[4], mean(a**2 * b**2)])
    squares_other = np.array([mean(a**2 * c**2), mean(a**2 * d**2)])
    density = (1 - 2 * lam) * moments[2] + lam * moments[4] - 2 * kappa * (same[1] + other[0])
    average = (a + b + c + d) / 4
    return Values(moments, cumulants(moments), same, other, squares, squares_other, other[0], same[1], density,
                  mean(average**2), mean(average**4))
