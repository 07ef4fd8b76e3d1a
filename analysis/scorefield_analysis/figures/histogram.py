"""Histograms of the end points over the exact density, with the ratio to it."""

from typing import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ..histograms import centres, density, exact_curve, goodness_of_fit, merged, ratio
from ..notation import probability
from ..results import FieldResult
from .style import FULL_WIDTH, FORMULA, look_of, points

CELLS = 200  # more would overlap at the width of a panel
LEAST_EXPECTED = 25.0  # a ratio is shown where its error is below 20 %


def draw_histograms(fields: Sequence[FieldResult]) -> Canvas:
    """One column for each set of configurations; top: density, bottom: ratio to the exact one (if known)."""
    known = all(field.histogram.exact is not None for field in fields)
    canvas, axes = plt.subplots(2 if known else 1, len(fields), sharex=True, sharey="row", squeeze=False,
                                figsize=(min(2.6 * len(fields) + 0.9, FULL_WIDTH), 3.6 if known else 2.6),
                                layout="constrained", height_ratios=(2.2, 1.0) if known else (1.0,))
    for column, field in enumerate(fields):
        _density(axes[0, column], field)
        if known:
            _ratio(axes[1, column], field)
        axes[-1, column].set_xlabel("$x$")
    axes[0, 0].set_ylabel("$P(x)$")
    if known:
        axes[1, 0].set_ylabel("measured / exact")
    return canvas


def _density(axes: Axes, field: FieldResult) -> None:
    histogram = merged(field.histogram, CELLS)
    look = look_of(field.score)
    value, _ = density(histogram)
    axes.stairs(value, histogram.edges, fill=True, color=look.colour, alpha=0.35, linewidth=0.0)
    if field.histogram.exact is not None:
        axes.plot(*exact_curve(field.histogram), color=FORMULA.colour)
        fit = goodness_of_fit(field.histogram)
        axes.text(0.5, 0.97, f"$\\chi^2$/dof = {fit.chi2:.0f}/{fit.dof}\np: {probability(fit.p_value)}",
                  transform=axes.transAxes, ha="center", va="top", fontsize=8)
    axes.set_title(field.label, color=look.colour)
    occupied = np.flatnonzero(histogram.counts)
    axes.set_xlim(histogram.edges[occupied[0]], histogram.edges[occupied[-1] + 1])
    axes.set_ylim(0.0, 1.3 * value.max())  # room for the text above the peaks


def _ratio(axes: Axes, field: FieldResult) -> None:
    histogram = merged(field.histogram, CELLS)
    value, error = ratio(histogram)
    shown = histogram.samples * histogram.exact >= LEAST_EXPECTED
    axes.axhline(1.0, color=FORMULA.colour, linewidth=0.7)
    points(axes, centres(histogram)[shown], value[shown], error[shown], look_of(field.score))
