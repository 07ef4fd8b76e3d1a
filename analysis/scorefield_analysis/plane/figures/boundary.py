"""Boundary terms against the cutoff in |y|."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from ...figures.style import DATA, FORMULA, FULL_WIDTH, points
from ...results import standardised
from ..names import BOUNDARY_POWERS
from ..records import PlaneResults
from .looks import PARTS

APART = 1.03  # of Re and Im, so that both bars are seen
FEW = 100  # walkers beyond a cutoff, fewer of which say nothing
LINEAR = 3.0  # deviations in errors beyond which the scale is logarithmic


def draw_boundary(results: PlaneResults) -> Canvas:
    """A column for each observable, with its values and these in errors, and the share of the walkers beyond the cutoff."""
    boundary, last = results.criteria.boundary, last_shown(results)
    cutoff, terms = boundary.cutoff[:last], boundary.terms
    canvas = plt.figure(figsize=(FULL_WIDTH, 4.2), layout="constrained")
    grid = canvas.add_gridspec(2, len(BOUNDARY_POWERS) + 1, height_ratios=(1.6, 1.0))
    for i, order in enumerate(BOUNDARY_POWERS):
        value, error = terms.value[:last, i], terms.error[:last, i]
        top, bottom = (canvas.add_subplot(grid[row, i]) for row in (0, 1))
        _terms(top, cutoff, value, error)
        _in_errors(bottom, cutoff, standardised(value, error))
        top.set_title(rf"$\langle\theta(Y-|y|)\,L\,z^{order}\rangle$")
    _outside(canvas.add_subplot(grid[:, -1]), cutoff, boundary.outside[:last], results.samples)
    canvas.axes[1].set_ylabel(r"in errors $[\sigma]$")
    handles, labels = canvas.axes[0].get_legend_handles_labels()
    canvas.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    for panel in canvas.axes:
        _cutoff_axis(panel, cutoff, results.criteria.boundary_cutoff)
    return canvas


def last_shown(results: PlaneResults) -> int:
    """How many cutoffs: to that where the terms were judged, or beyond which few walkers are left."""
    boundary = results.criteria.boundary
    few = np.flatnonzero(boundary.outside * results.samples < FEW)
    few_left = few[0] if len(few) else len(boundary.cutoff) - 1
    judged = np.searchsorted(boundary.cutoff, results.criteria.boundary_cutoff)
    return int(min(max(few_left, judged) + 1, len(boundary.cutoff)))


def _terms(axes: Axes, cutoff: np.ndarray, value: np.ndarray, error: np.ndarray | None) -> None:
    axes.axhline(0.0, color=FORMULA.colour, linewidth=0.7, zorder=1)
    for part, (shift, look) in enumerate(zip((1.0 / APART, APART), PARTS.values())):
        points(axes, shift * cutoff, value[:, part], None if error is None else error[:, part], look)


def _in_errors(axes: Axes, cutoff: np.ndarray, deviation: np.ndarray) -> None:
    """As far as the deviations go, but not nearer than where the scale turns logarithmic."""
    axes.set_yscale("symlog", linthresh=LINEAR, linscale=1.5)
    axes.axhspan(-2.0, 2.0, color="0.93", zorder=0)
    axes.axhspan(-1.0, 1.0, color="0.86", zorder=0)
    _terms(axes, cutoff, deviation, None)
    largest = np.abs(deviation[np.isfinite(deviation)]).max(initial=0.0)
    reach = 10.0 ** np.ceil(np.log10(max(LINEAR, largest)))
    axes.set_ylim(-1.5 * reach, 1.5 * reach)
    decades = 10.0 ** np.arange(1.0, np.log10(reach) + 0.5, 2.0)
    axes.set_yticks([*-decades[::-1], -2.0, 0.0, 2.0, *decades], minor=False)
    axes.set_yticks([], minor=True)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"${value:g}$"))


def _outside(axes: Axes, cutoff: np.ndarray, outside: np.ndarray, samples: int) -> None:
    axes.set_yscale("log")
    known = outside > 0.5 / samples
    points(axes, cutoff[known], outside[known], None, DATA)
    axes.set_ylim(0.5 / samples, 2.0)
    axes.set_title(r"share of walkers with $|y| \geq Y$")


def _cutoff_axis(axes: Axes, cutoff: np.ndarray, judged: float) -> None:
    axes.set_xscale("log")
    axes.set_xlim(0.8 * cutoff[0], 1.25 * cutoff[-1])
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 3.0)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"${value:g}$"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    if axes.get_subplotspec().is_last_row():
        axes.set_xlabel("cutoff $Y$")
    else:
        axes.tick_params(labelbottom=False)
    if judged > 0.0:
        axes.axvline(judged, color="0.5", linestyle=":", zorder=0)
