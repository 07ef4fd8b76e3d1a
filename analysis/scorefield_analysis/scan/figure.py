"""Averages against a coupling."""

from typing import Iterator

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ..figures.style import DATA, EXACT_SCORE, FORMULA, FULL_WIDTH, LEARNT_SCORE, PUBLISHED, REFERENCE_SCORE, sigma_band
from ..plane.records import FAILING, GOOD, UNDECIDED
from .exact_values import ExactValues
from .kinds import NOT_IN_EQUILIBRIUM, SOUND, STATES, WITH_WARNINGS
from .points import Point, Scan
from .table import deviations, exact_value, is_known

COUPLINGS = {"mu": r"$\mu$", "lambda": r"$\lambda$", "kappa": r"$\kappa$", "mass-squared": "$m^2$", "mass": "$m$"}
GOOD_COLOUR, BAD_COLOUR = DATA.colour, LEARNT_SCORE.colour
# marker, colour and face of a state; full: to be trusted; open: not known; crossed: wrong
STYLES = {
    GOOD: ("o", GOOD_COLOUR, True),
    SOUND: ("o", GOOD_COLOUR, True),
    UNDECIDED: ("o", GOOD_COLOUR, False),
    WITH_WARNINGS: ("o", GOOD_COLOUR, False),
    NOT_IN_EQUILIBRIUM: ("s", BAD_COLOUR, False),
    FAILING: ("x", BAD_COLOUR, False),
}
LOOKS = (DATA, LEARNT_SCORE, EXACT_SCORE, PUBLISHED, REFERENCE_SCORE)  # colours and markers of lattices
APART = 0.06  # of the smallest distance of couplings, from one lattice's points to the next one's
MOST_MARKED = 40  # exact values, which a line would join wrongly
NEAR_ZERO = 0.25  # of the largest value: an average that comes so near is shown with 0


def draw_scan(scan: Scan, exact: ExactValues) -> Canvas:
    """A column for each average; below, the deviations from exact values where these are known. Several lattices have looks of their own."""
    known = [is_known(scan, name, exact) for name in scan.names]
    rows, columns = 2 if any(known) else 1, len(scan.names)
    width = min(FULL_WIDTH, 4.4 * columns) if columns < 3 else 3.4 * columns
    canvas, axes = plt.subplots(rows, columns, figsize=(max(width, 4.4), 4.6 if rows == 2 else 3.3), squeeze=False, sharex=True,
                                layout="constrained", height_ratios=(2.2, 1.0)[:rows])
    for column, name, is_compared in zip(axes.T, scan.names, known):
        _values(column[0], scan, name, exact)
        column[0].set_ylabel(scan.kind.in_maths(name))
        last = column[1 if is_compared else 0]
        if is_compared:
            _deviations(column[1], scan, name, exact)
            column[1].set_ylabel(r"deviation $[\sigma]$")
        elif rows == 2:
            column[1].set_visible(False)
            last.tick_params(labelbottom=True)
        last.set_xlabel(COUPLINGS.get(scan.coupling, scan.coupling))
    handles: dict[str, object] = {}
    for panel in axes[0]:
        handles.update({label: handle for handle, label in zip(*panel.get_legend_handles_labels())})
    canvas.legend(handles.values(), handles.keys(), loc="outside upper center", ncols=min(len(handles), 4))
    return canvas


def _groups(scan: Scan, name: str) -> Iterator[tuple[list[Point], float, str, dict[str, object]]]:
    """Runs on one lattice whose average is in one state, how far they are set apart, what they are called, and how they are drawn."""
    several = len(scan.lattices) > 1
    for number, lattice in enumerate(scan.lattices):
        for state in STATES:
            points = [point for point in scan.points if point.lattice == lattice and point.run.state_of(name) == state]
            if not points:
                continue
            marker, colour, full = STYLES[state]
            if several:
                colour, its_marker = look_of_lattice(number)
                marker = marker if marker == "x" else its_marker
            yield points, _apart(scan, number), f"{lattice if several else 'run'}, {state}", {
                "marker": marker, "color": colour, "markerfacecolor": colour if full else "white", "markersize": 5.0 if marker == "x" else 4.0,
                "linestyle": "none"}


def look_of_lattice(number: int) -> tuple[str, str]:
    """Colour and marker, no two alike of as many lattices as there are pairs of them."""
    count = len(LOOKS)
    return LOOKS[number % count].colour, LOOKS[(number + number // count) % count].marker


def _apart(scan: Scan, number: int) -> float:
    """How far points of a lattice are moved along the coupling, so that they do not hide each other."""
    between = np.diff(np.unique([point.at for point in scan.points]))
    return APART * (between.min() if len(between) else 1.0) * (number - 0.5 * (len(scan.lattices) - 1))


def _values(axes: Axes, scan: Scan, name: str, exact: ExactValues) -> None:
    for points, apart, label, style in _groups(scan, name):
        at, value, error = np.array([(point.at, point.run.averages[name].value, point.run.averages[name].error) for point in points]).T
        measured = np.isfinite(value) & np.isfinite(error)
        axes.errorbar(at[measured] + apart, value[measured], yerr=error[measured], elinewidth=0.8, zorder=3, label=label, **style)
    _exact(axes, scan, name, exact)
    at, value = np.array([(point.at, point.run.averages[name].value) for point in scan.points]).T
    value = value[np.isfinite(value)]
    if len(value) and value.min() < NEAR_ZERO * value.max():
        axes.axhline(0.0, color="0.8", linewidth=0.7, zorder=0)
    room = 0.06 * (np.ptp(at) or 1.0)
    axes.set_xlim(at.min() - room, at.max() + room)


def _exact(axes: Axes, scan: Scan, name: str, exact: ExactValues) -> None:
    """Those of the table, or else those of the runs, lattice by lattice."""
    if name in exact.values:
        return _exact_of_one(axes, exact.at, exact.values[name])
    for lattice in scan.lattices:
        known = [(point.at, exact_value(point, name, exact)) for point in scan.points if point.lattice == lattice]
        known = [each for each in known if each[1] is not None]
        if known:
            _exact_of_one(axes, *np.array(known).T)


def _exact_of_one(axes: Axes, at: np.ndarray, values: np.ndarray) -> None:
    few = len(at) <= MOST_MARKED
    axes.plot(at, values, color=FORMULA.colour, linestyle="none" if few else "-", marker="_" if few else "", markersize=11.0, zorder=2,
              label="exact")


def _deviations(axes: Axes, scan: Scan, name: str, exact: ExactValues) -> None:
    sigma_band(axes, deviations(scan.points, name, exact))
    for points, apart, _, style in _groups(scan, name):
        known = [point for point in points if exact_value(point, name, exact) is not None]
        axes.plot(np.array([point.at for point in known]) + apart, deviations(known, name, exact), zorder=3, **style)
