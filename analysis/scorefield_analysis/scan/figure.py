"""Averages against a coupling."""

from typing import Iterator

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ..figures.style import DATA, EXACT_SCORE, FORMULA, FULL_WIDTH, LEARNT_SCORE, PUBLISHED, REFERENCE_SCORE, sigma_band
from ..plane.records import FAILING, GOOD, UNDECIDED
from .exact_values import ExactValues
from .kinds import IN_EQUILIBRIUM, NOT_IN_EQUILIBRIUM, STATES
from .points import Point, Scan
from .table import deviations, exact_value, is_known

COUPLINGS = {"mu": r"$\mu$", "lambda": r"$\lambda$", "kappa": r"$\kappa$", "mass-squared": "$m^2$", "mass": "$m$"}
GOOD_COLOUR, BAD_COLOUR = DATA.colour, LEARNT_SCORE.colour
# marker, colour and face of a state; full: to be trusted; open: not known; crossed: wrong
STYLES = {
    GOOD: ("o", GOOD_COLOUR, True),
    IN_EQUILIBRIUM: ("o", GOOD_COLOUR, True),
    UNDECIDED: ("o", GOOD_COLOUR, False),
    NOT_IN_EQUILIBRIUM: ("s", BAD_COLOUR, False),
    FAILING: ("x", BAD_COLOUR, False),
}
OF_LATTICES = (DATA, LEARNT_SCORE, EXACT_SCORE, PUBLISHED, REFERENCE_SCORE)  # colours and markers, where there are several
MOST_MARKED = 40  # exact values, which a line would join wrongly
NEAR_ZERO = 0.25  # of the largest value: an average that comes so near is shown with 0


def draw_scan(scan: Scan, exact: ExactValues) -> Canvas:
    """A column for each average; below, the deviations from exact values where these are known. Colours and markers tell several lattices apart."""
    beside = any(is_known(scan, name, exact) for name in scan.names)
    columns = len(scan.names)
    width = min(FULL_WIDTH, 4.4 * columns) if columns < 3 else 3.4 * columns
    canvas, axes = plt.subplots(2 if beside else 1, columns, figsize=(max(width, 4.4), 4.6 if beside else 3.3), squeeze=False,
                                sharex=True, layout="constrained", height_ratios=(2.2, 1.0) if beside else (1.0,))
    for column, name in zip(axes.T, scan.names):
        _values(column[0], scan, name, exact)
        if beside:
            _deviations(column[1], scan, name, exact)
        column[0].set_ylabel(scan.kind.in_maths(name))
        column[-1].set_xlabel(COUPLINGS.get(scan.coupling, scan.coupling))
    if beside:
        axes[1, 0].set_ylabel(r"deviation $[\sigma]$")
    handles: dict[str, object] = {}
    for panel in axes[0]:
        handles.update({label: handle for handle, label in zip(*panel.get_legend_handles_labels())})
    canvas.legend(handles.values(), handles.keys(), loc="outside upper center", ncols=min(len(handles), 4))
    return canvas


def _groups(scan: Scan) -> Iterator[tuple[list[Point], str, dict[str, object]]]:
    """Runs on one lattice and in one state, what they are called, and how they are drawn."""
    for number, lattice in enumerate(scan.lattices):
        for state in STATES:
            points = [point for point in scan.points if point.lattice == lattice and point.run.state == state]
            if not points:
                continue
            marker, colour, full = STYLES[state]
            label = f"run, {state}"
            if len(scan.lattices) > 1:
                look = OF_LATTICES[number % len(OF_LATTICES)]
                colour, marker = look.colour, marker if marker == "x" else look.marker
                label = f"{lattice}, {state}"
            yield points, label, {"marker": marker, "color": colour, "markerfacecolor": colour if full else "white",
                                  "markersize": 5.0 if marker == "x" else 4.0, "linestyle": "none"}


def _values(axes: Axes, scan: Scan, name: str, exact: ExactValues) -> None:
    for points, label, style in _groups(scan):
        at = [point.at for point in points]
        value, error = np.array([(point.run.averages[name].value, point.run.averages[name].error) for point in points]).T
        axes.errorbar(at, value, yerr=error, elinewidth=0.8, zorder=3, label=label, **style)
    _exact(axes, scan, name, exact)
    at, value = np.array([(point.at, point.run.averages[name].value) for point in scan.points]).T
    value = value[np.isfinite(value)]
    if len(value) and value.min() < NEAR_ZERO * value.max():
        axes.axhline(0.0, color="0.8", linewidth=0.7, zorder=0)
    room = 0.06 * (np.ptp(at) or 1.0)
    axes.set_xlim(at.min() - room, at.max() + room)


def _exact(axes: Axes, scan: Scan, name: str, exact: ExactValues) -> None:
    """Those of the table, or else those of the runs."""
    if name in exact.values:
        at, values = exact.at, exact.values[name]
    else:
        known = [(point.at, exact_value(point, name, exact)) for point in scan.points]
        known = [each for each in known if each[1] is not None]
        if not known:
            return
        at, values = np.array(known).T
    few = len(at) <= MOST_MARKED
    axes.plot(at, values, color=FORMULA.colour, linestyle="none" if few else "-", marker="_" if few else "", markersize=11.0, zorder=2,
              label="exact")


def _deviations(axes: Axes, scan: Scan, name: str, exact: ExactValues) -> None:
    sigma_band(axes, deviations(scan.points, name, exact))
    for points, _, style in _groups(scan):
        known = [point for point in points if exact_value(point, name, exact) is not None]
        axes.plot([point.at for point in known], deviations(known, name, exact), zorder=3, **style)
