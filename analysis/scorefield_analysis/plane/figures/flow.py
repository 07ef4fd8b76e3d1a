"""The density of the walkers in the plane over the flow of the classical drift."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, LogNorm
from matplotlib.figure import Figure as Canvas

from ...figures.style import LEARNT_SCORE
from ..action import Action
from ..records import FokkerPlanck, PlaneResults

DECADES = 5.0  # of the density that colours and contours show
BORDER = LEARNT_SCORE.colour
CONTOURS = "#AA2277"
STREAMS = "0.2"
LINES = 60  # of a grid on which streamlines are followed


def draw_flow(results: PlaneResults, action: Action) -> Canvas:
    """One panel: logarithmic density, streamlines of K, attractor, strip and exact contours."""
    canvas, axes = plt.subplots(figsize=(7.5, 4.6), layout="constrained")
    image = _walkers(axes, results)
    _streams(axes, results, action)
    if results.fokker_planck is not None:
        _contours(axes, results.fokker_planck)
    if results.strip is not None:
        for sign in (-1.0, 1.0):
            axes.axhline(sign * results.strip, color=BORDER, linestyle="--", linewidth=1.0, zorder=4)
    axes.plot(0.0, 0.0, marker="o", color=BORDER, markersize=5.0, markeredgecolor="white", zorder=5)
    axes.set_xlim(results.map.edges_x[0], results.map.edges_x[-1])
    axes.set_ylim(results.map.edges_y[0], results.map.edges_y[-1])
    axes.set_xlabel("$x$")
    axes.set_ylabel("$y$")
    canvas.colorbar(image, ax=axes, pad=0.02, label="$P(x,y)$, walkers")
    return canvas


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


def _contours(axes: Axes, solution: FokkerPlanck) -> None:
    """Of the logarithm, which is smooth where the density falls steeply from one point of the grid to the next."""
    decades = np.log10(np.maximum(solution.density / solution.density.max(), 10.0 ** -(DECADES + 2.0)))
    axes.contour(solution.x, solution.y, decades.T, levels=np.arange(-DECADES, 0.0), colors=CONTOURS, linewidths=1.0,
                 linestyles="solid", zorder=3)
