"""The histogram of the drift's magnitude, and its tail."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ...figures.style import DATA, FORMULA, FULL_WIDTH
from ..records import Criteria, Drift

TOGETHER = 4  # cells that are drawn as one
LARGEST = 200  # of the sample, at least, from which the exponent is
SHARPNESS, RATIO = 5.0, 30.0  # and how many more in large samples (src/observables/correctness.cpp, largest_of)


def draw_drift(drift: Drift, criteria: Criteria, sample: str = "walkers") -> Canvas:
    """Left: density of ln|K|; right: share above |K|, both with the fitted power. sample: what has a drift each."""
    canvas, (left, right) = plt.subplots(1, 2, figsize=(FULL_WIDTH, 3.2), layout="constrained", sharex=True)
    above, start = share_above(drift), tail_start(drift)
    edges, density = _density(drift)
    left.stairs(density, edges, fill=True, color=DATA.colour, alpha=0.35, linewidth=0.0)
    shown = above > 0.0
    right.plot(drift.lower_edge[shown], above[shown], color=DATA.colour, linewidth=1.6, label=sample)
    if criteria.growth_error > 0.0:
        u = np.array([drift.lower_edge[start], _last(drift)])
        power = above[start] * (u / u[0]) ** -criteria.exponent
        left.plot(u, criteria.exponent * power, color=FORMULA.colour)
        right.plot(u, power, color=FORMULA.colour, label=_label(criteria, tail_size(drift.counts.sum())))
    _axes(left, drift, r"$\mathrm{d}P/\mathrm{d}\ln|K|$")
    _axes(right, drift, r"$P(|K| > u)$")
    left.set_xlabel("$|K|$")
    right.set_xlabel("$u$")
    left.set_ylim(0.3 * density[density > 0.0].min(), 3.0 * density.max())
    right.set_ylim(0.3 / drift.counts.sum(), 3.0)
    right.legend(loc="lower left")
    return canvas


def share_above(drift: Drift) -> np.ndarray:
    """P(|K| > u) at the lower edge u of each cell."""
    return np.cumsum(drift.counts[::-1])[::-1] / drift.counts.sum()


def tail_size(number: float) -> int:
    """How many of the sample the exponent is from."""
    wanted = SHARPNESS * np.log(max(2.0, number / LARGEST)) / np.log(RATIO)
    return int(np.ceil(max(LARGEST, wanted**2)))


def tail_start(drift: Drift) -> int:
    """The cell from which on the largest of the sample lie, 200 at least where there are so many."""
    behind = np.cumsum(drift.counts[::-1])[::-1]
    enough = np.flatnonzero(behind >= min(tail_size(behind[0]), behind[0]))
    return int(enough[-1])


def _last(drift: Drift) -> float:
    """The upper edge of the last cell that is not empty."""
    return float(_edges(drift)[np.flatnonzero(drift.counts)[-1] + 1])


def _edges(drift: Drift) -> np.ndarray:
    """All edges: cells are equally wide in the logarithm."""
    return np.append(drift.lower_edge, drift.lower_edge[-1] ** 2 / drift.lower_edge[-2])


def _density(drift: Drift) -> tuple[np.ndarray, np.ndarray]:
    """Edges of a few cells together, and dP/dln|K| in them, where there is anything."""
    starts = np.arange(0, len(drift.counts), TOGETHER)
    edges = _edges(drift)[np.append(starts, len(drift.counts))]
    density = np.add.reduceat(drift.counts, starts) / drift.counts.sum() / np.diff(np.log(edges))
    last = np.flatnonzero(density)[-1] + 1
    return edges[:last + 1], density[:last]


def _label(criteria: Criteria, largest: int) -> str:
    return rf"$u^{{-{criteria.exponent:.3g}}}$, from the largest {largest}"


def _axes(axes: Axes, drift: Drift, label: str) -> None:
    share = np.cumsum(drift.counts) / drift.counts.sum()
    first = drift.lower_edge[np.searchsorted(share, 1e-4)]
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(first, 1.5 * _last(drift))
    axes.set_ylabel(label)
