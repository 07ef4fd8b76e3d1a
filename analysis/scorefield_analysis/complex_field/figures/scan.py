"""Averages against a coupling."""

from typing import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ...figures.style import DATA, FORMULA, FULL_WIDTH, LEARNT_SCORE, sigma_band
from ...plane.records import FAILING, GOOD, UNDECIDED
from ..exact_values import ExactValues
from ..names import in_maths
from ..scan import NOT_IN_EQUILIBRIUM, STATES, Point, deviations

COUPLINGS = {"mu": r"$\mu$", "lambda": r"$\lambda$", "kappa": r"$\kappa$", "mass-squared": "$m^2$", "mass": "$m$"}
# full: to be trusted; open: not known; crossed: wrong
STYLES = {
    GOOD: {"fmt": "o", "color": DATA.colour, "markerfacecolor": DATA.colour},
    UNDECIDED: {"fmt": "o", "color": DATA.colour, "markerfacecolor": "white"},
    NOT_IN_EQUILIBRIUM: {"fmt": "s", "color": LEARNT_SCORE.colour, "markerfacecolor": "white"},
    FAILING: {"fmt": "x", "color": LEARNT_SCORE.colour, "markersize": 5.0},
}
MOST_MARKED = 40  # exact values, which a line would join wrongly
NEAR_ZERO = 0.25  # of the largest value: an average that comes so near is shown with 0


def draw_scan(points: Sequence[Point], names: Sequence[str], coupling: str, exact: ExactValues | None) -> Canvas:
    """A column for each average; below, the deviations from exact values where these are known."""
    beside = exact is not None
    width = min(FULL_WIDTH, 4.4 * len(names)) if len(names) < 3 else 3.4 * len(names)
    canvas, axes = plt.subplots(2 if beside else 1, len(names), figsize=(max(width, 4.4), 4.6 if beside else 3.3), squeeze=False,
                                sharex=True, layout="constrained", height_ratios=(2.2, 1.0) if beside else (1.0,))
    for column, name in zip(axes.T, names):
        _values(column[0], points, name, exact)
        if beside:
            _deviations(column[1], points, name, exact)
        column[0].set_ylabel(in_maths(name))
        column[-1].set_xlabel(COUPLINGS.get(coupling, coupling))
    if beside:
        axes[1, 0].set_ylabel(r"deviation $[\sigma]$")
    handles: dict[str, object] = {}
    for panel in axes[0]:
        handles.update({label: handle for handle, label in zip(*panel.get_legend_handles_labels())})
    canvas.legend(handles.values(), handles.keys(), loc="outside upper center", ncols=len(handles))
    return canvas


def _by_state(points: Sequence[Point]) -> list[tuple[str, np.ndarray]]:
    """States that occur, and which runs are in them."""
    states = np.array([point.state for point in points])
    return [(state, states == state) for state in STATES if (states == state).any()]


def _values(axes: Axes, points: Sequence[Point], name: str, exact: ExactValues | None) -> None:
    at = np.array([point.at for point in points])
    value, error = np.array([point.real(name) for point in points]).T
    for state, chosen in _by_state(points):
        axes.errorbar(at[chosen], value[chosen], yerr=error[chosen], elinewidth=0.8, zorder=3, label=f"run, {state}",
                      **{"markersize": 4.0, **STYLES[state]})
    if exact is not None and name in exact.values:
        few = len(exact.at) <= MOST_MARKED
        axes.plot(exact.at, exact.values[name], color=FORMULA.colour, linestyle="none" if few else "-", marker="_" if few else "",
                  markersize=11.0, zorder=2, label="exact")
    if value.min() < NEAR_ZERO * value.max():
        axes.axhline(0.0, color="0.8", linewidth=0.7, zorder=0)
    room = 0.06 * (np.ptp(at) or 1.0)
    axes.set_xlim(at.min() - room, at.max() + room)


def _deviations(axes: Axes, points: Sequence[Point], name: str, exact: ExactValues) -> None:
    at, deviation = np.array([point.at for point in points]), deviations(points, name, exact)
    sigma_band(axes, deviation)
    shown = np.isfinite(deviation)
    for state, chosen in _by_state(points):
        style = {"markersize": 4.0, **STYLES[state]}
        axes.plot(at[chosen & shown], deviation[chosen & shown], linestyle="none", marker=style.pop("fmt"), zorder=3, **style)
