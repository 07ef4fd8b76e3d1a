"""The density of the walkers in the plane over the flow of the classical drift."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, LogNorm
from matplotlib.figure import Figure as Canvas

from ...figures.style import LEARNT_SCORE
from ..action import Action
from ..records import PlaneResults
from .plane import DECADES, SIZE, draw_contours, frame, mark_fixed_points

BORDER = LEARNT_SCORE.colour
STREAMS = "0.2"
LINES = 60  # of a grid on which streamlines are followed


def draw_flow(results: PlaneResults, action: Action) -> Canvas:
    """One panel: logarithmic density, streamlines of K, fixed points, strip and exact contours."""
    canvas, axes = plt.subplots(figsize=SIZE, layout="constrained")
    image = _walkers(axes, results)
    _streams(axes, results, action)
    draw_contours(axes, results, action)
    mark_fixed_points(axes, results, action)
    if results.strip is not None:
        for sign, label in ((-1.0, "border of the strip"), (1.0, None)):
            axes.axhline(sign * results.strip, color=BORDER, linestyle="--", linewidth=1.0, zorder=4, label=label)
    frame(axes, results)
    _legend(canvas, axes)
    least = results.map.density()[results.map.counts > 0].min(initial=np.inf)
    canvas.colorbar(image, ax=axes, pad=0.02, label="$P(x,y)$, walkers", extend="min" if least < image.norm.vmin else "neither")
    return canvas


def _legend(canvas: Canvas, axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    canvas.legend([*handles, plt.Line2D([], [], color=STREAMS, linewidth=0.5, marker=">", markersize=3.0)], [*labels, "flow of $K$"],
                  loc="outside upper center", ncols=len(labels) + 1)


def _walkers(axes: Axes, results: PlaneResults) -> plt.cm.ScalarMappable:
    """Empty cells are left white."""
    density = results.map.density()
    top = density.max()
    colours = plt.get_cmap("YlGnBu")(np.linspace(0.05, 0.8, 256))
    return axes.pcolormesh(results.map.edges_x, results.map.edges_y, np.ma.masked_equal(density, 0.0).T,
                           cmap=ListedColormap(colours), rasterized=True, zorder=0,
                           norm=LogNorm(top * 10.0**-DECADES, top))


def _streams(axes: Axes, results: PlaneResults, action: Action) -> None:
    x = np.linspace(results.map.edges_x[0], results.map.edges_x[-1], LINES)
    y = np.linspace(results.map.edges_y[0], results.map.edges_y[-1], LINES)
    drift = action.drift(x[None, :] + 1j * y[:, None])
    axes.streamplot(x, y, drift.real, drift.imag, color=STREAMS, linewidth=0.5, arrowsize=0.7, density=1.1, zorder=2)
