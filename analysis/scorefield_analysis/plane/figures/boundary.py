"""Boundary terms against the cutoff in |y|."""

from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from ...figures.style import DATA, FORMULA, FULL_WIDTH, points
from ...results import standardised
from ..names import BOUNDARY_POWERS
from ..records import Boundary, Criteria
from .looks import PARTS

APART = 1.03  # of Re and Im, so that both bars are seen
FEW = 100  # of the sample beyond a cutoff, fewer of which say nothing
LINEAR = 3.0  # deviations in errors beyond which the scale is logarithmic


@dataclass(frozen=True)
class Sampled:
    """How many there are, and how the figure names them and what must be below the cutoff."""

    number: int
    name: str = "walkers"
    farthest: str = "|y|"


def draw_boundary(criteria: Criteria, sample: Sampled) -> Canvas:
    """A column for each observable, with its values and these in errors, and the share of the sample beyond the cutoff."""
    boundary, last = criteria.boundary, last_shown(criteria, sample.number)
    cutoff, terms = boundary.cutoff[:last], boundary.terms
    canvas = plt.figure(figsize=(FULL_WIDTH, 4.2), layout="constrained")
    grid = canvas.add_gridspec(2, len(BOUNDARY_POWERS) + 1, height_ratios=(1.6, 1.0))
    for i, order in enumerate(BOUNDARY_POWERS):
        value, error = terms.value[:last, i], terms.error[:last, i]
        top, bottom = (canvas.add_subplot(grid[row, i]) for row in (0, 1))
        _terms(top, cutoff, value, error)
        _in_errors(bottom, cutoff, standardised(value, error))
        top.set_title(rf"$\langle\theta(Y-{sample.farthest})\,L\,z^{order}\rangle$")
    _outside(canvas.add_subplot(grid[:, -1]), boundary, last, sample)
    canvas.axes[1].set_ylabel(r"in errors $[\sigma]$")
    handles, labels = canvas.axes[0].get_legend_handles_labels()
    canvas.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    for panel in canvas.axes:
        _cutoff_axis(panel, cutoff, criteria.boundary_cutoff)
    return canvas


def last_shown(criteria: Criteria, samples: int) -> int:
    """How many cutoffs: to that where the terms were judged, or beyond which few of the sample are left."""
    boundary = criteria.boundary
    few = np.flatnonzero(boundary.outside * samples < FEW)
    few_left = few[0] if len(few) else len(boundary.cutoff) - 1
    judged = np.searchsorted(boundary.cutoff, criteria.boundary_cutoff)
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


def _outside(axes: Axes, boundary: Boundary, last: int, sample: Sampled) -> None:
    cutoff, outside = boundary.cutoff[:last], boundary.outside[:last]
    axes.set_yscale("log")
    known = outside > 0.5 / sample.number
    points(axes, cutoff[known], outside[known], None, DATA)
    axes.set_ylim(0.3 * outside[known].min(initial=1.0), 2.0)
    axes.set_title(rf"share of {sample.name} with ${sample.farthest} \geq Y$")


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
