"""The classical drift as a field of arrows."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap, LogNorm
from matplotlib.figure import Figure as Canvas

from ..action import Action
from ..records import PlaneResults
from .plane import SIZE, draw_contours, frame, mark_fixed_points

ARROWS = (30, 20)  # along x and y
COLOURS = ListedColormap(plt.get_cmap("Blues")(np.linspace(0.0, 0.65, 256)))  # arrows are seen on all of them
CELLS = 200  # along x and y, of the colours
LEAST = 1e-3  # smallest |K| with a colour of its own, of the largest


def draw_field(results: PlaneResults, action: Action) -> Canvas:
    """One panel: arrows along K, all of one length, the colour of |K|, and where the walkers are."""
    canvas, axes = plt.subplots(figsize=SIZE, layout="constrained")
    x, y = _middles(results, (CELLS, CELLS))
    size = np.abs(action.drift(x[:, None] + 1j * y))
    image = axes.pcolormesh(x, y, size.T, shading="nearest", cmap=COLOURS, rasterized=True, zorder=0,
                            norm=LogNorm(LEAST * size.max(), size.max()))
    x, y = _middles(results, ARROWS)
    drift = action.drift(x[None, :] + 1j * y[:, None])
    # the direction on paper, whose scales in x and y differ, is that of a path that follows the drift
    along = drift.real / np.ptp(results.map.edges_x) + 1j * drift.imag / np.ptp(results.map.edges_y) * SIZE[1] / SIZE[0]
    along /= np.maximum(np.abs(along), np.finfo(float).tiny)
    axes.quiver(x, y, along.real, along.imag, pivot="middle", scale=1.3 * ARROWS[0], width=0.0016, color="0.1", zorder=2)
    draw_contours(axes, results, action)
    mark_fixed_points(axes, results, action)
    frame(axes, results)
    handles, labels = axes.get_legend_handles_labels()
    canvas.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    canvas.colorbar(image, ax=axes, pad=0.02, label="$|K|$", extend="min")
    return canvas


def _middles(results: PlaneResults, cells: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Of cells that divide the frame."""
    edges = (results.map.edges_x, results.map.edges_y)
    return tuple(each[0] + (np.arange(count) + 0.5) / count * np.ptp(each) for each, count in zip(edges, cells))
