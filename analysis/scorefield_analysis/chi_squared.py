"""chi-squared of a difference with an estimated covariance."""

from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc

LEAST_BINS_A_NUMBER = 3  # as the program demands for a covariance
# The jackknife sees what is linear in the fluctuations. Of functions of means it misses terms that are smaller by their relative errors, a
# few per cent: they decide in directions that are known 100 times better than each number.
LEAST_OF_FUNCTIONS = 1e-4


@dataclass(frozen=True)
class ChiSquared:
    """chi-squared with its degrees of freedom and the probability of a larger one."""

    value: float
    dof: int
    p_value: float


def chi_squared(difference: np.ndarray, covariance: np.ndarray, bins: int, least: float) -> ChiSquared | None:
    """Of a difference (n) whose covariance (n, n) is an estimate from as many bins: the F distribution (Hotelling) knows it.

    Directions in which the correlation matrix has an eigenvalue below `least` are left out: there some numbers are functions of others,
    and what is left is rounding, or what the jackknife, which is linear, does not see. dof counts the others. None where there are none, an
    error vanishes or is unknown, or there are fewer than LEAST_BINS_A_NUMBER bins for each.
    """
    error = np.sqrt(np.diag(covariance))
    if not (np.isfinite(covariance).all() and np.isfinite(difference).all() and len(error) and np.all(error > 0.0)):
        return None
    eigenvalues, vectors = np.linalg.eigh(covariance / np.outer(error, error))
    kept = eigenvalues > least
    dof = int(kept.sum())
    if bins < LEAST_BINS_A_NUMBER * dof or dof == 0:
        return None
    along = vectors[:, kept].T @ (difference / error)
    value = float((along**2 / eigenvalues[kept]).sum())
    return ChiSquared(value, dof, float(fdtrc(dof, bins - dof, value * (bins - dof) / (dof * (bins - 1)))))
