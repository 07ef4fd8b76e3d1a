"""The distribution of M: samples in the cells of the data."""

from dataclasses import dataclass
from typing import Sequence

import numpy as np

from ...histograms import merged
from ...results import Histogram
from ..records import LatticeResults
from .records import Samples

CELLS = 60  # at most, of those that hold something
LEAST_COUNTS = 10  # of the data in a cell, and expected of the samples, from which their difference has an error
APART = 0.5  # of the range of M: peaks with so wide a gap between them are apart,
LEAST_SHARE = 0.01  # if each has as much of the data
SERIES = ("M", "|M|", "M^2")  # whose autocorrelations tell how many independent values of M there are


@dataclass(frozen=True)
class InCells:
    """Samples in the cells of the data: counts (cells), of how many samples that were looked at, which are every `every`-th; the share that
    is in none of the shown cells; and the difference from the data in errors (cells), NaN where it has none.
    """

    counts: np.ndarray
    total: int
    every: int
    outside: float
    pull: np.ndarray


def cells_of(data: LatticeResults) -> Histogram:
    """The histogram of M with as few cells joined as leave CELLS of those that hold something: narrow peaks keep all of theirs."""
    fine = data.histogram_m
    occupied = np.count_nonzero(fine.counts > 0)
    return merged(fine, -(-len(fine.counts) * CELLS // max(CELLS, occupied)))


def stretches(cells: Histogram) -> list[slice]:
    """Cells from the first to the last that hold something; in two parts, without the widest gap, if peaks are far apart."""
    places = np.flatnonzero(cells.counts > 0)
    if len(places) == 0:
        return [slice(0, len(cells.counts))]
    first, last = int(places[0]), int(places[-1]) + 1
    gaps = np.diff(places)
    if len(gaps) == 0 or gaps.max() < APART * (last - first):
        return [slice(first, last)]
    before = int(gaps.argmax())
    parts = [slice(first, int(places[before]) + 1), slice(int(places[before + 1]), last)]
    least = LEAST_SHARE * cells.counts.sum()
    return parts if all(cells.counts[part].sum() >= least for part in parts) else [slice(first, last)]


def in_cells(samples: Samples, data: LatticeResults, cells: Histogram, shown: Sequence[slice]) -> InCells:
    """Of a model's samples, which it told the law of M of the data: they share its fluctuation, and differ by their own error alone, until
    updates have made them forget it (finished samples: the errors of both). Errors are binomial.
    """
    series = samples.measured.series
    values = series.values["M"]  # their own histogram has other cells, which at narrow peaks must not be spread over these
    counts, total = np.histogram(values, cells.edges)[0], len(values)
    share = cells.counts / max(1.0, cells.counts.sum())
    independent = 1.0 / max(1, total)
    if samples.finish is not None:
        independent += 1.0 / _independent(data)
    known = (cells.counts >= LEAST_COUNTS) & (total * share >= LEAST_COUNTS) & (share < 1.0)
    error = np.sqrt(share * (1.0 - share) * independent)
    pull = np.where(known, (counts / max(1, total) - share) / np.where(known, error, 1.0), np.nan)
    inside = sum(int(counts[part].sum()) for part in shown)
    return InCells(counts, total, series.every, 1.0 - inside / max(1, total), pull)


def _independent(data: LatticeResults) -> float:
    """How many independent values of M the data have, at least one."""
    found = [data.autocorrelation[name].effective_samples for name in SERIES if name in data.autocorrelation]
    return max(1.0, min(found, default=float(data.samples)))
