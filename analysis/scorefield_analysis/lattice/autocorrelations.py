"""Integrated autocorrelation times along chains: Wolff's Gamma method (hep-lat/0306017), as in the program."""

from typing import Sequence

import numpy as np

S = 1.5  # of his window
LARGEST_WINDOW = 1.0 / 9.0  # of all points: beyond, the relative error of an error is above a third, and chains are too short


def integrated_time(chains: Sequence[np.ndarray]) -> np.ndarray:
    """tau_int of each column of chains (points, columns), with deviations from the mean over all chains; 1/2 for independent points, and
    for what does not vary. Infinite where there is no window.
    """
    total = sum(map(len, chains))
    mean = sum(chain.sum(axis=0) for chain in chains) / total
    longest = max(map(len, chains))
    products = np.zeros((longest, len(mean)))
    for chain in chains:
        transformed = np.fft.rfft(chain - mean, n=2 * len(chain), axis=0)
        products[:len(chain)] += np.fft.irfft(np.abs(transformed) ** 2, n=2 * len(chain), axis=0)[:len(chain)]
    pairs = sum(np.maximum(len(chain) - np.arange(longest), 0) for chain in chains)
    gamma = products / pairs[:, None]
    return np.array([_windowed(column, total) for column in gamma.T])


def _windowed(gamma: np.ndarray, total: int) -> float:
    """From Γ(t), t = 0, 1, ..., of so many points."""
    if gamma[0] <= 0.0:
        return 0.5
    window = np.arange(1, min(len(gamma), int(LARGEST_WINDOW * total) + 1))
    tau = np.maximum(0.5 + np.cumsum(gamma[window] / gamma[0]), 0.5 + 1e-12)
    decay = S / np.log((2.0 * tau + 1.0) / (2.0 * tau - 1.0))
    found = np.flatnonzero(np.exp(-window / decay) < decay / np.sqrt(window * total))
    return float(tau[found[0]] * (1.0 + (2.0 * window[found[0]] + 1.0) / total)) if len(found) else np.inf
