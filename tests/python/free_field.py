"""The free field (lambda = 0) on any periodic lattice.

S = sum_x [mass phi^2 - 2 kappa sum_mu phi(x) phi(x+mu)] is diagonal in momentum space: with sum_x phi(x) phi(x+mu) =
(1/V) sum_k cos(k_mu) |phi~(k)|^2 it is 1/2 (1/V) sum_k D(k) |phi~(k)|^2, D(k) = 2 mass - 4 kappa sum_mu cos k_mu.
"""

from dataclasses import dataclass

import numpy as np


def inverse_propagator(kappa: complex, extents: tuple[int, ...], mass: complex = 1.0) -> np.ndarray:
    """D(k) on the grid of momenta 2 pi n / L; its real part must be positive, or there is no integral."""
    cosines = np.zeros(extents)
    for axis, extent in enumerate(extents):
        shape = [-1 if other == axis else 1 for other in range(len(extents))]
        cosines += np.cos(2 * np.pi * np.arange(extent) / extent).reshape(shape)
    inverse = 2 * mass - 4 * kappa * cosines
    if np.real(inverse).min() <= 0:
        raise ValueError(f"no free field at kappa = {kappa}, mass = {mass}: the action is not bounded from below")
    return inverse


@dataclass(frozen=True)
class FreeField:
    """Exact expectation values; one site is Gaussian with the variance `correlator[0, 0]`."""

    propagator: np.ndarray  # <|phi~(k)|^2>/V
    correlator: np.ndarray  # <phi(0) phi(r)>
    nearest: tuple[complex, ...]  # <phi(x) phi(x+mu)>, mu in the order of the extents
    magnetisation2: complex  # <M^2>
    magnetisation4: complex
    action: complex  # <S>/V


def free_field(kappa: complex, extents: tuple[int, ...], mass: complex = 1.0) -> FreeField:
    propagator = 1.0 / inverse_propagator(kappa, extents, mass)
    correlator = np.fft.ifftn(propagator)
    if not np.iscomplexobj(propagator):
        correlator = correlator.real
    origin = (0,) * len(extents)
    steps = np.eye(len(extents), dtype=int) % np.array(extents)
    nearest = tuple(correlator[tuple(step)] for step in steps)
    square = propagator[origin] / propagator.size
    action = mass * correlator[origin] - 2 * kappa * sum(nearest)
    return FreeField(propagator, correlator, nearest, square, 3 * square**2, action)
