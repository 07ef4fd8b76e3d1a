"""Histograms against the exact law: densities, merged cells, and Pearson's chi-squared."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.special import chdtrc

from .results import Histogram


@dataclass(frozen=True)
class GoodnessOfFit:
    """Pearson's chi-squared with its degrees of freedom and the probability of a larger one, None without a degree of freedom."""

    chi2: float
    dof: int
    p_value: float | None


def merged(histogram: Histogram, at_most: int) -> Histogram:
    """The histogram with neighbouring cells joined, as few as give `at_most` cells; a rest stays at the end."""
    cells = len(histogram.counts)
    group = -(-cells // at_most)
    starts = np.arange(0, cells, group)
    exact = None if histogram.exact is None else np.add.reduceat(histogram.exact, starts)
    edges = np.append(histogram.edges[starts], histogram.edges[-1])
    return Histogram(edges, np.add.reduceat(histogram.counts, starts), exact, histogram.samples)


def centres(histogram: Histogram) -> np.ndarray:
    """Middles of the cells, shape (H)."""
    return 0.5 * (histogram.edges[1:] + histogram.edges[:-1])


def density(histogram: Histogram) -> tuple[np.ndarray, np.ndarray]:
    """P(x) in each cell and its binomial error, both (H), in field^-1."""
    fraction = histogram.counts / histogram.samples
    width = np.diff(histogram.edges)
    return fraction / width, np.sqrt(fraction * (1.0 - fraction) / histogram.samples) / width


def exact_curve(histogram: Histogram, points: int = 500) -> tuple[np.ndarray, np.ndarray]:
    """x and the exact P(x) in field^-1, both (points): the slope of a spline through the exact probability below
    each edge. Unlike the average over a cell it does not flatten peaks.
    """
    x = np.linspace(histogram.edges[0], histogram.edges[-1], points)
    below = np.append(0.0, np.cumsum(histogram.exact))
    return x, np.maximum(CubicSpline(histogram.edges, below)(x, 1), 0.0)


def ratio(histogram: Histogram) -> tuple[np.ndarray, np.ndarray]:
    """Counts over their exact expectation N p, and the exact binomial error sqrt((1-p)/(N p)), both (H)."""
    expected = histogram.samples * histogram.exact
    with np.errstate(divide="ignore", invalid="ignore"):
        return histogram.counts / expected, np.sqrt((1.0 - histogram.exact) / expected)


def goodness_of_fit(histogram: Histogram, least_expected: float = 10.0) -> GoodnessOfFit:
    """sum (n - N p)^2 / (N p) over the cells with N p >= least_expected; all others, and what lies beyond the
    edges, are taken as one cell.

    The samples must be independent. Below ten expected counts the distribution of the sum is no longer
    chi-squared, hence the pooling; a pool that is itself too small is left out.
    """
    total = histogram.samples
    expected = total * histogram.exact
    large = expected >= least_expected
    pooled_expected = max(total - expected[large].sum(), 0.0)
    counts, means = list(histogram.counts[large]), list(expected[large])
    if pooled_expected >= least_expected:
        counts.append(total - histogram.counts[large].sum())
        means.append(pooled_expected)
    observed, mean = np.array(counts, dtype=float), np.array(means)
    value = float(((observed - mean) ** 2 / mean).sum())
    dof = len(means) - 1
    return GoodnessOfFit(value, dof, float(chdtrc(dof, value)) if dof > 0 else None)
