"""The density P(x, t) along a process: at a few times, and as a map over (t, x)."""

from typing import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ..histograms import centres, density, exact_curve, merged
from ..results import ProcessResult
from .style import FORMULA, look_of, time_axis
from .times import shown_times

CELLS = 200
OFFSET = 0.55  # between the curves of neighbouring times, in units of the density


def draw_density(groups: Sequence[ProcessResult]) -> Canvas:
    """One column for each process (forward, backward with either score); top: curves, bottom: map."""
    canvas, axes = plt.subplots(2, len(groups), figsize=(2.6 * len(groups) + 0.9, 6.2), layout="constrained",
                                sharey="row", squeeze=False, height_ratios=(1.5, 1.0))
    reach = 3.0 * np.sqrt(max(group.cumulants.exact[:, 1].max() for group in groups))
    for column, group in enumerate(groups):
        _curves(axes[0, column], group)
        image = _map(axes[1, column], group, reach)
        axes[0, column].set_title(group.label, color=look_of(group.score).colour)
    axes[0, 0].set_ylabel(r"$\sqrt{\kappa_2(t)}\, P(x,t)$, one level for each time")
    axes[1, 0].set_ylabel("$x$")
    canvas.colorbar(image, ax=axes[1, :], label=r"$P(x,t)\,/\,\max_x P$", pad=0.01)
    return canvas


def _curves(axes: Axes, group: ProcessResult) -> None:
    """Measured (steps) and exact (line) at some times, in units of the standard deviation at that time."""
    colour = look_of(group.score).colour
    for level, index in enumerate(shown_times(group)):
        base = OFFSET * level
        scale = np.sqrt(group.cumulants.exact[index, 1])
        histogram = group.histogram.at(index)
        cells = merged(histogram, CELLS)
        value, _ = density(cells)
        axes.stairs(base + scale * value, cells.edges / scale, baseline=base, fill=True, color=colour, alpha=0.35,
                    linewidth=0.0, zorder=-level)
        x, exact = exact_curve(histogram)
        axes.plot(x / scale, base + scale * exact, color=FORMULA.colour, zorder=-level)
        axes.text(4.4, base + 0.04, f"$t = {group.time[index]:.2g}$", ha="right", fontsize=8)
    axes.set_xlim(-3.0, 4.5)  # the curves end before 3: room for the times
    axes.set_xticks([-2.0, 0.0, 2.0])
    axes.set_yticks([])
    axes.set_xlabel(r"$x\,/\sqrt{\kappa_2(t)}$")


def _map(axes: Axes, group: ProcessResult, reach: float) -> plt.cm.ScalarMappable:
    """The measured density over (t, x), at each time relative to its largest value; |x| < reach."""
    grid = np.linspace(-reach, reach, 241)
    columns = []
    for index in np.argsort(group.time):
        cells = group.histogram.at(index)
        value, _ = density(cells)
        columns.append(np.interp(grid, centres(cells), value / value.max(), left=0.0, right=0.0))
    image = axes.pcolormesh(np.sort(group.time), grid, np.array(columns).T, cmap="cividis", shading="gouraud",
                            rasterized=True, vmin=0.0, vmax=1.0)
    time_axis(axes, group)
    return image
