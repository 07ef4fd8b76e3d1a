"""The magnetisation along a few chains, and its histogram."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ...figures.style import DATA, FULL_WIDTH
from ...histograms import density, merged
from ...results import Histogram
from ..records import LatticeResults, Series

SHOWN_CHAINS = 4
SHOWN_POINTS = 250
CELLS = 200
BETWEEN = "#A6CBE3"  # of lines from point to point: light, where the sign changes all the time they would hide the points
FROZEN = 0.5  # a chain that is striped for longer


def draw_history(results: LatticeResults) -> Canvas:
    """Left: a panel for each chain; right: the histogram of M on the same axis."""
    chains = shown_chains(results.series)
    canvas = plt.figure(figsize=(FULL_WIDTH, 1.0 + 0.95 * max(2, len(chains))), layout="constrained")
    left, right = canvas.subfigures(1, 2, width_ratios=(3.2, 1.0))
    axes = left.subplots(len(chains), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    cells = _cells(results)
    occupied = np.flatnonzero(cells.counts)
    low, high = cells.edges[occupied[0]], cells.edges[occupied[-1] + 1]
    reach = 1.06 * max(abs(low), abs(high)) if low < 0.0 < high else None
    for panel, chain in zip(axes, chains):
        values = results.series.of("M", chain)[:SHOWN_POINTS]
        place = results.series.every * np.arange(len(values))
        panel.axhline(0.0, color="0.8", linewidth=0.7, zorder=0)
        panel.plot(place, values, color=BETWEEN, linewidth=0.5, marker=".", markersize=3.5,
                   markerfacecolor=DATA.colour, markeredgecolor="none")
        panel.set_ylim((-reach, reach) if reach else (low - 0.1 * (high - low), high + 0.1 * (high - low)))
        panel.text(1.01, 0.5, f"chain {chain}", transform=panel.transAxes, va="center", rotation=90, fontsize=8)
    axes[-1].set_xlabel("configuration of the chain")
    left.supylabel("magnetisation $M$", fontsize=10)
    _distribution(right.subplots(), results, axes[0].get_ylim())
    return canvas


def shown_chains(series: Series) -> list[int]:
    """A few chains, evenly over all of them; among them the one that is frozen with stripes most, if any is."""
    chains = series.chains
    chosen = [int(chains[i]) for i in np.unique(np.linspace(0, len(chains) - 1, SHOWN_CHAINS).round().astype(int))]
    share = {int(chain): series.of("striped", chain).mean() for chain in chains}
    most = max(share, key=share.get)
    if share[most] > FROZEN and most not in chosen:
        chosen[-1] = most
    return sorted(chosen)


def _cells(results: LatticeResults) -> Histogram:
    """The histogram of M, in wider cells where there are few configurations."""
    return merged(results.histogram_m, min(CELLS, max(20, results.samples // 10)))


def _distribution(axes: Axes, results: LatticeResults, limits: tuple[float, float]) -> None:
    cells = _cells(results)
    value, _ = density(cells)
    axes.stairs(value, cells.edges, orientation="horizontal", fill=True, color=DATA.colour, alpha=0.45, linewidth=0.0)
    axes.set_xlim(0.0, 1.08 * value.max())
    axes.set_ylim(limits)
    axes.set_xlabel("$P(M)$, all chains")
    axes.set_ylabel("$M$")
