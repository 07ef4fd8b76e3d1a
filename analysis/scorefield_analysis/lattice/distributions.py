"""Kolmogorov-Smirnov tests between series along Markov chains."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import ks_2samp, kstwo

from .autocorrelations import integrated_time
from .records import Series

QUANTILES = np.arange(0.1, 0.95, 0.1)  # at which the distribution functions' errors are looked at


@dataclass(frozen=True)
class KolmogorovSmirnov:
    """Largest distance of two distribution functions, how many independent points each is worth, and the probability of a larger distance
    (None where an autocorrelation time was not found).
    """

    distance: float
    effective: tuple[float, float]
    p_value: float | None


def compare_distributions(first: Series, second: Series, name: str) -> KolmogorovSmirnov:
    """Of one of the series of two runs.

    The test compares shares of points below x. Such a share has the error of points that are 2 tau_int times fewer, with tau_int of
    the indicator that is 1 below x. The longest of them over x counts: a p-value is then rather too large than too small.
    """
    values = [series.values[name] for series in (first, second)]
    places = np.quantile(np.concatenate(values), QUANTILES)
    effective = tuple(_effective(series, name, places) for series in (first, second))
    distance = float(ks_2samp(*values, method="asymp").statistic)
    independent = effective[0] * effective[1] / (effective[0] + effective[1]) if min(effective) > 0.0 else 0.0
    return KolmogorovSmirnov(distance, effective, float(kstwo.sf(distance, round(independent))) if independent >= 1.0 else None)


def _effective(series: Series, name: str, places: np.ndarray) -> float:
    """Independent points of a series; 0 if that is not known."""
    chains = [(series.of(name, chain)[:, None] < places).astype(float) for chain in series.chains]
    return len(series.chain) / (2.0 * max(0.5, integrated_time(chains).max()))
