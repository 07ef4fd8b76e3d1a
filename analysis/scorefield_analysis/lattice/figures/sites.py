"""The distribution of the field at a site."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure as Canvas

from ...figures.style import DATA, FULL_WIDTH
from ...histograms import density, merged
from ..records import LatticeResults

CELLS = 200


def draw_sites(results: LatticeResults) -> Canvas:
    """The same histogram on a linear and on a logarithmic axis."""
    cells = merged(results.histogram, CELLS)
    value, _ = density(cells)
    occupied = np.flatnonzero(cells.counts)
    canvas, axes = plt.subplots(1, 2, figsize=(FULL_WIDTH, 2.8), layout="constrained")
    for panel in axes:
        panel.stairs(value, cells.edges, fill=True, color=DATA.colour, alpha=0.45, linewidth=0.0)
        panel.set_xlim(cells.edges[occupied[0]], cells.edges[occupied[-1] + 1])
        panel.set_xlabel(r"field $\phi$ at a site")
        panel.set_ylabel(r"$P(\phi)$")
    axes[0].set_ylim(0.0, 1.08 * value.max())
    axes[1].set_yscale("log")
    axes[1].set_ylim(0.5 * value[value > 0.0].min(), 2.0 * value.max())
    return canvas
