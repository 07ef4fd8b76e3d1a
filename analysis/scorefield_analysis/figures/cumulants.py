"""Cumulants along a process: value, deviation from the formula in σ, and statistical error."""

from typing import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ..results import ProcessResult, process_label
from .style import FULL_WIDTH, FORMULA, look_of, points, sigma_band, time_axis


def draw_cumulants(groups: Sequence[ProcessResult], orders: Sequence[int]) -> Canvas:
    """One column for each order; `groups` are one forward process, or the backward processes of its scores."""
    canvas, axes = plt.subplots(3, len(orders), figsize=(FULL_WIDTH, 5.2), sharex=True, layout="constrained",
                                height_ratios=(2.2, 1.2, 1.2))
    for column, order in enumerate(orders):
        _values(axes[0, column], groups, order)
        _deviations(axes[1, column], groups, order)
        _errors(axes[2, column], groups, order)
        time_axis(axes[2, column], groups[0], margin=0.025)
    axes[0, 0].set_ylabel(r"$\kappa_n(t)$")
    axes[1, 0].set_ylabel(r"deviation $[\sigma]$")
    axes[2, 0].set_ylabel(r"$\sigma$  and  $|\kappa_n|$ (line)")
    canvas.align_ylabels(axes[:, 0])
    handles, labels = axes[0, 0].get_legend_handles_labels()
    direction = "forward" if groups[0].score is None else "backward"
    canvas.legend(handles, labels, loc="outside upper center", ncols=len(labels),
                  title=f"{process_label(groups[0].process)}, {direction} process")
    return canvas


def _formula(groups: Sequence[ProcessResult], order: int) -> tuple[np.ndarray, np.ndarray]:
    """The formula at the recorded times of all groups, in order of t."""
    time = np.concatenate([group.time for group in groups])
    exact = np.concatenate([group.cumulants.exact[:, order - 1] for group in groups])
    _, first = np.unique(time, return_index=True)
    return time[first], exact[first]


def _values(axes: Axes, groups: Sequence[ProcessResult], order: int) -> None:
    time, exact = _formula(groups, order)
    axes.plot(time, exact, color=FORMULA.colour, label=FORMULA.label, zorder=2)
    for group in groups:
        points(axes, group.time, group.cumulants.value[:, order - 1], group.cumulants.error[:, order - 1],
               look_of(group.score))
    axes.set_ylim(*_limits(exact, max(group.cumulants.error[:, order - 1].max() for group in groups)))
    axes.set_title(rf"$\kappa_{order}$")


def _limits(exact: np.ndarray, largest_error: float) -> tuple[float, float]:
    """Limits that follow the formula: where the noise drowns the signal, error bars may leave the panel."""
    spread = max(np.ptp(exact), np.abs(exact).max())
    margin = 4.0 * largest_error
    if spread > 0.0:
        margin = np.clip(margin, 0.08 * spread, 0.4 * spread)
    return exact.min() - margin, exact.max() + margin


def _deviations(axes: Axes, groups: Sequence[ProcessResult], order: int) -> None:
    deviations = [group.cumulants.deviation()[:, order - 1] for group in groups]
    sigma_band(axes, np.concatenate(deviations))
    for group, deviation in zip(groups, deviations):
        points(axes, group.time, deviation, None, look_of(group.score))


def _errors(axes: Axes, groups: Sequence[ProcessResult], order: int) -> None:
    time, exact = _formula(groups, order)
    axes.plot(time, np.abs(exact), color=FORMULA.colour, zorder=2)
    errors = np.concatenate([group.cumulants.error[:, order - 1] for group in groups])
    for group in groups:
        points(axes, group.time, group.cumulants.error[:, order - 1], None, look_of(group.score))
    axes.set_yscale("log")
    # a formula that decays exponentially must not squeeze the errors to a line
    axes.set_ylim(errors.min() / 4.0, 4.0 * max(errors.max(), np.abs(exact).max()))
