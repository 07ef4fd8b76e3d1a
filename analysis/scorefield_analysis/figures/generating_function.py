"""The generating function W[J] = log <exp(J x)> along a process, at a few times."""

from typing import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from scipy.interpolate import CubicSpline

from ..results import ProcessResult, standardised
from .style import look_of, sigma_band
from .times import shown_times


def draw_generating_function(groups: Sequence[ProcessResult]) -> Canvas:
    """One column for each process; top: W[J], bottom: deviation from the exact one in σ."""
    canvas, axes = plt.subplots(2, len(groups), figsize=(2.6 * len(groups) + 0.9, 4.4), sharex=True, sharey="row",
                                squeeze=False, layout="constrained", height_ratios=(2.0, 1.0))
    for column, group in enumerate(groups):
        _column(axes[0, column], axes[1, column], group)
        axes[0, column].set_title(group.label, color=look_of(group.score).colour)
        axes[1, column].set_xlabel(r"$J\sqrt{\kappa_2(t)}$")
    axes[0, 0].set_ylabel("$W[J]$")
    axes[1, 0].set_ylabel(r"deviation $[\sigma]$")
    return canvas


def _column(top: Axes, bottom: Axes, group: ProcessResult) -> None:
    shown = shown_times(group)
    function = group.generating_function
    deviations = standardised(function.value - function.exact, function.error)
    sigma_band(bottom, deviations[shown])
    colours = plt.get_cmap("viridis")(np.linspace(0.0, 0.9, len(shown)))
    for index, colour in zip(shown, colours):
        source = function.source[index] * np.sqrt(group.cumulants.exact[index, 1])
        top.plot(*_curve(source, function.exact[index]), color=colour)
        top.errorbar(source, function.value[index], function.error[index], fmt="o", color=colour,
                     markerfacecolor="white", label=f"$t = {group.time[index]:.2g}$")
        bottom.plot(source, deviations[index], "o", color=colour, markerfacecolor="white")
    top.legend(loc="upper center", fontsize=8)


def _curve(source: np.ndarray, exact: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A smooth line through the exact values at the sources and through W[0] = 0."""
    knots, index = np.unique(np.append(source, 0.0), return_index=True)
    fine = np.linspace(knots[0], knots[-1], 200)
    return fine, CubicSpline(knots, np.append(exact, 0.0)[index])(fine)
