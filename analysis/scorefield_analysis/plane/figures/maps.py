"""The Fokker-Planck solution beside the histogram of the walkers."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure as Canvas

from ...figures.style import FULL_WIDTH
from ..records import PlaneResults

LOOK = {"cmap": "cividis", "rasterized": True, "vmin": 0.0}


def draw_maps(results: PlaneResults) -> Canvas:
    """Two panels with the same axes and the same scale of colours."""
    solution, cells = results.fokker_planck, results.map
    sampled = cells.density()
    top = max(solution.density.max(), sampled.max())
    canvas, (left, right) = plt.subplots(1, 2, figsize=(FULL_WIDTH, 3.6), layout="constrained", sharex=True, sharey=True)
    image = left.pcolormesh(solution.x, solution.y, np.maximum(solution.density, 0.0).T, shading="nearest", vmax=top, **LOOK)
    right.pcolormesh(cells.edges_x, cells.edges_y, sampled.T, vmax=top, **LOOK)
    left.set_title("Fokker-Planck")
    right.set_title("walkers")
    left.set_xlim(max(cells.edges_x[0], solution.x[0]), min(cells.edges_x[-1], solution.x[-1]))
    left.set_ylim(max(cells.edges_y[0], solution.y[0]), min(cells.edges_y[-1], solution.y[-1]))
    for panel in (left, right):
        panel.set_xlabel("$x$")
        panel.tick_params(color="white")
    left.set_ylabel("$y$")
    canvas.colorbar(image, ax=(left, right), pad=0.02, label="$P(x,y)$")
    return canvas
