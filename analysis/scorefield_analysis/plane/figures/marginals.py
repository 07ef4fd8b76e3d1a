"""The marginals of P(x,y): histograms of the walkers and the Fokker-Planck solution."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from scipy.interpolate import CubicSpline

from ...figures.style import DATA, FORMULA, FULL_WIDTH, points, sigma_band
from ...histograms import centres, density
from ...results import Histogram
from ..expected import pulls, with_marginal
from ..records import PlaneResults

CURVE = 500  # points of a line


def draw_marginals(results: PlaneResults) -> Canvas:
    """A column for x and one for y; top: density, bottom: pulls."""
    solution = results.fokker_planck
    canvas, axes = plt.subplots(2, 2, figsize=(FULL_WIDTH, 4.4), sharex="col", layout="constrained", height_ratios=(2.2, 1.0))
    columns = (("x", results.histogram_x, solution.x, solution.marginal_x),
               ("y", results.histogram_y, solution.y, solution.marginal_y))
    for column, (name, histogram, grid, marginal) in zip(axes.T, columns):
        _density(column[0], histogram, grid, marginal)
        _pulls(column[1], with_marginal(histogram, grid, marginal))
        column[0].set_ylabel(f"$P({name})$")
        column[1].set_xlabel(f"${name}$")
    axes[1, 0].set_ylabel(r"deviation $[\sigma]$")
    axes[0, 0].legend()
    return canvas


def _density(axes: Axes, histogram: Histogram, grid: np.ndarray, marginal: np.ndarray) -> None:
    value, _ = density(histogram)
    axes.stairs(value, histogram.edges, fill=True, color=DATA.colour, alpha=0.35, linewidth=0.0, label="walkers")
    x = np.linspace(max(grid[0], histogram.edges[0]), min(grid[-1], histogram.edges[-1]), CURVE)
    axes.plot(x, CubicSpline(grid, marginal)(x), color=FORMULA.colour, label="Fokker-Planck")
    axes.set_xlim(histogram.edges[0], histogram.edges[-1])
    axes.set_ylim(0.0, 1.1 * value.max())


def _pulls(axes: Axes, histogram: Histogram) -> None:
    deviation = pulls(histogram)
    sigma_band(axes, deviation)
    shown = np.isfinite(deviation)
    points(axes, centres(histogram)[shown], deviation[shown], None, DATA)
