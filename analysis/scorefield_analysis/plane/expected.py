"""Histograms of the walkers against the marginals of the Fokker-Planck solution."""

import numpy as np
from scipy.interpolate import CubicSpline

from ..results import Histogram, standardised

LEAST_EXPECTED = 10.0  # counts of a cell below which its pull is far from normal
GAIN = 8.0  # that a spline through twice as many points is better by at least: 16 where these resolve the curve well
LARGEST_SHARE = 0.5  # of its statistical error that a cell's expectation may be uncertain by


def with_marginal(histogram: Histogram, points: np.ndarray, marginal: np.ndarray) -> Histogram:
    """The histogram with the probability of each cell, the integral of a spline. NaN where a cell is not between the points,
    and where these are too coarse to tell it within half its statistical error.
    """
    exact = _cells(histogram, points, marginal)
    uncertainty = np.abs(exact - _cells(histogram, points[::2], marginal[::2])) / GAIN
    error = np.sqrt(np.maximum(exact, 0.0) / histogram.samples)
    return Histogram(histogram.edges, histogram.counts, np.where(uncertainty <= LARGEST_SHARE * error, exact, np.nan),
                     histogram.samples)


def _cells(histogram: Histogram, points: np.ndarray, marginal: np.ndarray) -> np.ndarray:
    below = CubicSpline(points, marginal).antiderivative()(histogram.edges)
    below[(histogram.edges < points[0]) | (histogram.edges > points[-1])] = np.nan
    return np.diff(below)


def pulls(histogram: Histogram) -> np.ndarray:
    """(counts - N p)/sqrt(N p (1 - p)) of each cell, as of independent samples; NaN where less than ten are expected."""
    expected = histogram.samples * histogram.exact
    large = np.where(np.isfinite(expected), expected, 0.0) >= LEAST_EXPECTED
    error = np.sqrt(np.where(large, expected * (1.0 - histogram.exact), np.nan))
    return standardised(histogram.counts - expected, error)
