"""Cumulants of raw samples with binned jackknife errors: an independent check of the program's estimates.

Bin b of B holds the blocks [b n/B, (b+1) n/B) of n, in integer arithmetic, as in the program.
"""

from dataclasses import dataclass
from math import comb
from typing import Callable

import numpy as np

MAX_ORDER = 8


@dataclass(frozen=True)
class Estimate:
    """value and error (Q), covariance (Q, Q) of the Q derived quantities."""

    value: np.ndarray
    error: np.ndarray
    covariance: np.ndarray


def cumulants_from_moments(moments: np.ndarray) -> np.ndarray:
    """kappa_1 .. kappa_8 from the raw moments <x^n>, n = 1 .. 8, of any distribution; shape (..., 8) to (..., 8).

    kappa_n = mu_n - sum_{j=2}^{n-2} C(n-1, j-1) kappa_j mu_{n-j} with the moments mu about the mean: subtracting
    the mean first loses fewer digits than the same recursion in raw moments. kappa_1 is the mean.
    """
    mean = moments[..., 0]
    raw = [np.ones_like(mean), *(moments[..., n] for n in range(MAX_ORDER))]
    central = [sum(comb(n, k) * raw[k] * (-mean) ** (n - k) for k in range(n + 1)) for n in range(MAX_ORDER + 1)]
    kappa = [np.zeros_like(mean), np.zeros_like(mean)]
    for n in range(2, MAX_ORDER + 1):
        products = (comb(n - 1, j - 1) * kappa[j] * central[n - j] for j in range(2, n - 1))
        kappa.append(central[n] - sum(products))
    return np.stack([mean, *kappa[2:]], axis=-1)


def program_block(samples: int) -> int:
    """Samples a block in the program: 64 2^k, the smallest that makes at most 2048 blocks, at most 2^20."""
    block = 64
    while -(-samples // block) > 2048 and block < 2**20:
        block *= 2
    return block


def bin_sums(samples: np.ndarray, bins: int, block: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Sums of x^1 .. x^8 over each bin, shape (B, 8), and the number of samples in each, shape (B). Bins are unions of blocks."""
    blocks = -(-len(samples) // block)
    bounds = np.minimum(np.arange(bins + 1) * blocks // bins * block, len(samples))
    sums = np.empty((bins, MAX_ORDER))
    power = np.ones_like(samples)
    for n in range(MAX_ORDER):
        power = power * samples
        sums[:, n] = [power[first:last].sum() for first, last in zip(bounds[:-1], bounds[1:])]
    return sums, np.diff(bounds)


def covariance_of_replicas(replicas: np.ndarray) -> np.ndarray:
    """(B-1)/B sum_b (theta_b - mean)(theta_b - mean)^T, (Q, Q), of jackknife replicas theta (B, Q)."""
    bins = len(replicas)
    deviation = replicas - replicas.mean(axis=0)
    return (bins - 1) / bins * deviation.T @ deviation


def variance_of_replicas(replicas: np.ndarray) -> np.ndarray:
    """The diagonal of their covariance, (...) of replicas (B, ...), where the whole may be too large."""
    return (len(replicas) - 1) * replicas.var(axis=0)


def jackknife(sums: np.ndarray, counts: np.ndarray, derive: Callable[[np.ndarray], np.ndarray]) -> Estimate:
    """Delete-one-bin jackknife (Efron 1979) of quantities derived from means.

    sums (B, M) and counts (B) of the bins; derive maps means (..., M) to quantities (..., Q). With theta_b from
    all data but bin b, see covariance_of_replicas.
    """
    value = derive(sums.sum(axis=0) / counts.sum())
    without = derive((sums.sum(axis=0) - sums) / (counts.sum() - counts)[:, None])
    covariance = covariance_of_replicas(without)
    return Estimate(value, np.sqrt(np.diag(covariance)), covariance)


def jackknife_cumulants(samples: np.ndarray, bins: int, block: int = 1) -> Estimate:
    """kappa_1 .. kappa_8 of samples (N) with errors and covariance from `bins` bins, 2 <= bins <= N."""
    if not 2 <= bins <= len(samples):
        raise ValueError(f"{bins} bins for {len(samples)} samples; expected 2 to {len(samples)}")
    sums, counts = bin_sums(samples, bins, block)
    return jackknife(sums, counts, cumulants_from_moments)
