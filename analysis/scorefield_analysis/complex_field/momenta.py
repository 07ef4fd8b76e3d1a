"""Momenta of the spectrum, and its deviation from an exact one."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc
from scipy.stats import norm, t

from ..lattice.momenta import lattice_momenta
from .records import ComplexFieldResults


@dataclass(frozen=True)
class Agreement:
    """chi-squared over independent momenta, and the probability of a larger one."""

    chi2: float
    dof: int
    p_value: float


@dataclass(frozen=True)
class Spectrum:
    """Independent momenta by size: khat^2 and wave numbers along x, (k); value, error, and exact or None, (k, 2)."""

    squares: np.ndarray
    along_x: np.ndarray
    value: np.ndarray
    error: np.ndarray
    exact: np.ndarray | None
    bins: int

    def deviation(self) -> np.ndarray:
        """(value - exact)/error, (k, 2); NaN where there is no error."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.error > 0.0, (self.value - self.exact) / self.error, np.nan)

    def agreement(self, part: int) -> Agreement:
        """Of Re or Im alone: both of one momentum come from the same noise, those of two momenta of a free field do not. Errors from few
        bins vary themselves: a deviation over its error is distributed as Student's t, and counts as the normal one of its probability.
        """
        deviation = self.deviation()[:, part]
        shown = np.abs(deviation[np.isfinite(deviation)])
        tail = t.sf(shown, self.bins - 1)
        normal = np.where(tail > 0.0, norm.isf(tail), shown)  # so far out that the probability is rounded to 0: as it is
        chi2 = float(np.sum(normal**2))
        return Agreement(chi2, len(shown), float(chdtrc(len(shown), chi2)) if len(shown) else 1.0)


def independent(size: tuple[int, int]) -> np.ndarray:
    """Which of Ly x (Lx/2+1) momenta to keep: of k and -k, for which <z(k) z(-k)> is the same, one."""
    y, x = np.meshgrid(np.arange(size[0]), np.arange(size[1] // 2 + 1), indexing="ij")
    own_partner = (x == 0) | (2 * x == size[1])
    return ~own_partner | (y <= size[0] // 2)


def spectrum_of(results: ComplexFieldResults, size: tuple[int, int]) -> Spectrum:
    """Sorted by khat^2."""
    keep = independent(size)
    squares = lattice_momenta(size)[keep]
    order = np.argsort(squares, kind="stable")
    exact = results.exact_spectrum
    return Spectrum(squares[order], np.nonzero(keep)[1][order], results.spectrum.value[keep][order],
                    results.spectrum.error[keep][order], None if exact is None else exact[keep][order], results.bins)
