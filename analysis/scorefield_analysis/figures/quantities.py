"""One figure of quantities that a user names, a panel each."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator

from ..complex_field import names as complex_names
from ..estimates.panels import Curve, Panel
from ..histograms import density, exact_curve, merged
from ..lattice import names as lattice_names
from ..lattice.figures.looks import log_or_linear
from ..results import Histogram
from .style import DATA, EXACT_SCORE, FORMULA, FULL_WIDTH, LEARNT_SCORE, PUBLISHED, REFERENCE_SCORE, Look, look_of, points, time_axis

ACROSS = 3
CELLS = 200
CYCLE = (DATA, LEARNT_SCORE, EXACT_SCORE, REFERENCE_SCORE, PUBLISHED)
ORDER = re.compile(r"(kappa|moment)_(\d)")
POWERS = re.compile(r"[xyz](\^\d)?( y(\^\d)?)?")
LABELS = {"lattice momentum squared": r"$\hat k^2 = 4\sin^2(k_y/2) + 4\sin^2(k_x/2)$", "distance": "distance [lattice units]",
          "cutoff": r"cutoff on $|y|$", "order n": "order $n$", "source J": r"source $J$", "t": "$t$"}
TITLES = {"spectrum": "propagator $G(k)$", "slices_y": "slice correlator along $y$", "slices_x": "slice correlator along $x$",
          "mass_y": "effective mass along $y$", "mass_x": "effective mass along $x$", "two_point": "two-point function",
          "generating_function": "$W[J]$", "modes": r"$\langle|\tilde\phi(k)|^2\rangle/V$", "histogram": "field",
          "histogram_M": "magnetisation", "histogram_x": "histogram of $x$", "histogram_y": "histogram of $y$"}
FIELDS = {"histogram_M": "$M$", "histogram_x": "$x$", "histogram_y": "$y$"}
FEW = ("order n", "source J")  # what is expected there is no line: it has no meaning between
MANY_TIMES = 30.0  # the smallest, from which cumulants have a logarithmic scale
POINTS_A_CELL = 50  # of a histogram, at least, on average
WHOLE = ("distance", "order n", "wave number", "number")  # axes of whole numbers
LOGARITHMIC = ("distance", "lattice momentum squared", "wave number")  # axes of what falls over orders of magnitude


@dataclass(frozen=True)
class _Process:
    """What the axis of time asks of a process."""

    time: np.ndarray
    score: str | None


def write_panels(panels: Sequence[Panel], target: Path) -> None:
    """Writes them as one figure, of the kind that the name ends in. OSError if that fails."""
    canvas = draw_panels(panels)
    try:
        # no time stamp: the same results give the same bytes
        canvas.savefig(target, metadata={"CreationDate": None} if target.suffix == ".pdf" else None)
    finally:
        plt.close(canvas)


def draw_panels(panels: Sequence[Panel]) -> Canvas:
    """All of them, up to three abreast."""
    across = min(ACROSS, len(panels))
    down = -(-len(panels) // across)
    width = {1: 4.6, 2: 7.0}.get(across, FULL_WIDTH)
    canvas, axes = plt.subplots(down, across, figsize=(width, 2.7 * down + 0.3), squeeze=False, layout="constrained")
    for empty in axes.ravel()[len(panels):]:
        empty.axis("off")
    for panel, place in zip(panels, axes.ravel()):
        place.set_title(in_maths(panel))
        if panel.histograms:
            _histograms(place, panel)
        elif panel.against:
            _curves(place, panel)
        else:
            _numbers(place, panel.curves)
    return canvas


def in_maths(panel: Panel) -> str:
    """The title: a symbol where there is one, and the group where it is not the ensemble."""
    own = _own_name(panel)
    part = next((each for each in ("Re ", "Im ") if own.startswith(each)), "")
    title = part + _symbol(own.removeprefix(part))
    return title if panel.group == "ensemble" or not panel.against and not panel.histograms else f"{title}, {panel.group}"


def _symbol(own: str) -> str:
    order = ORDER.fullmatch(own)
    if order:
        return rf"$\kappa_{order[2]}$" if order[1] == "kappa" else rf"$\langle x^{order[2]}\rangle$"
    if POWERS.fullmatch(own):
        return rf"$\langle {own}\rangle$"
    return TITLES.get(own) or lattice_names.MATHS.get(own) or complex_names.MATHS.get(own) or own.replace("_", " ").replace("$", "")


def _own_name(panel: Panel) -> str:
    """Without the group."""
    return panel.names[0].removeprefix(f"{panel.group}/")


def _look(group: str) -> Look:
    """Of a group of results.h5, by the score at the end of its name."""
    return look_of(_score(group))


def _score(group: str) -> str | None:
    last = group.rpartition("-")[2]
    return last if last in ("exact", "learnt", "reference") else None


def _looks(panel: Panel, count: int) -> list[Look]:
    return [_look(panel.group)] if count == 1 else [CYCLE[number % len(CYCLE)] for number in range(count)]


def _curves(axes: Axes, panel: Panel) -> None:
    """Points, and a line through what is expected at their places (a dash at each of few), in black where there is but one."""
    for curve, look in zip(panel.curves, _looks(panel, len(panel.curves))):
        known = _shown(curve)
        points(axes, curve.x[known], curve.value[known], curve.error[known], Look(look.colour, look.marker, curve.name or "measured"))
        if curve.exact is not None:
            alone = len(panel.curves) == 1
            style = {"linestyle": "", "marker": "_", "markersize": 9.0} if panel.against in FEW else {"linewidth": 0.8}
            axes.plot(curve.x, curve.exact, color=FORMULA.colour if alone else look.colour, zorder=4 if alone else 2,
                      label="expected" if alone else None, **style)
    axes.set_xlabel(LABELS.get(panel.against, panel.against))
    _scales(axes, panel)
    if len(panel.curves) > 1 or panel.curves[0].exact is not None:
        axes.legend(fontsize=7)


def _shown(curve: Curve) -> np.ndarray:
    """What has a value; and where something is expected, an error below twice the largest of that: noise leaves the rest no room."""
    known = np.isfinite(curve.value) & np.isfinite(curve.error)
    largest = 0.0 if curve.exact is None else np.abs(curve.exact[np.isfinite(curve.exact)]).max(initial=0.0)
    return known & (curve.error <= 2.0 * largest) if largest > 0.0 else known


def _scales(axes: Axes, panel: Panel) -> None:
    if panel.against == "t":
        time_axis(axes, _Process(panel.curves[0].x, _score(panel.group)), margin=0.03)
    if panel.against in WHOLE:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if panel.against == "cutoff":
        axes.set_xscale("log")
    if panel.against in LOGARITHMIC:
        log_or_linear(axes, *(np.concatenate(each) for each in zip(*((curve.value, curve.error) for curve in panel.curves))))
    if panel.against == "order n":
        smallest, largest = _sizes(panel.curves)
        if largest > MANY_TIMES * smallest:
            axes.set_yscale("symlog", linthresh=smallest)
        axes.axhline(0.0, color="0.8", linewidth=0.7, zorder=0)


def _sizes(curves: Sequence[Curve]) -> tuple[float, float]:
    """The smallest and the largest modulus of what is clearly not 0; 1 and 1 where all may be."""
    values = np.abs(np.concatenate([curve.value for curve in curves]))
    clear = values[values > 3.0 * np.concatenate([curve.error for curve in curves])]
    return (float(clear.min()), float(clear.max())) if len(clear) else (1.0, 1.0)


def _numbers(axes: Axes, curves: Sequence[Curve]) -> None:
    """A row for each group, the first on top."""
    for height, curve in enumerate(curves):
        look = _look(curve.name)
        axes.errorbar(curve.value, [height], xerr=curve.error, fmt=look.marker, color=look.colour, markerfacecolor="white", elinewidth=1.0,
                      zorder=3)
    exact = [curve.exact[0] for curve in curves if np.isfinite(curve.exact[0])]
    if exact:
        axes.axvline(exact[0], color=FORMULA.colour, linewidth=0.8, zorder=1)
    axes.set_yticks(range(len(curves)), [curve.name for curve in curves], fontsize=7)
    axes.set_ylim(len(curves) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0.0)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.ticklabel_format(axis="x", useOffset=False)
    axes.margins(x=0.15)


def _histograms(axes: Axes, panel: Panel) -> None:
    """One filled. Several, of a process, as lines in units of their root mean squares, which differ by orders of magnitude."""
    alone = len(panel.histograms) == 1
    shown = [(name, histogram if alone else _in_units(histogram)) for name, histogram in panel.histograms]
    for (name, histogram), look in zip(shown, _looks(panel, len(shown))):
        cells = merged(histogram, min(CELLS, max(20, histogram.samples // POINTS_A_CELL)))
        value, _ = density(cells)
        if alone:
            axes.stairs(value, cells.edges, fill=True, color=look.colour, alpha=0.45, linewidth=0.0)
        else:
            axes.stairs(value, cells.edges, color=look.colour, linewidth=0.9, label=name)
        if histogram.exact is not None:
            colour, style = (FORMULA.colour, "-") if alone else (look.colour, ":")
            axes.plot(*exact_curve(histogram), color=colour, linewidth=0.7, linestyle=style)
    axes.set_xlim(*_occupied([histogram for _, histogram in shown]))
    axes.set_ylim(bottom=0.0)
    field = FIELDS.get(_own_name(panel), "field")
    axes.set_xlabel(field if alone else f"{field} over its root mean square")
    axes.set_ylabel("density")
    if not alone:
        axes.legend(fontsize=7)


def _in_units(histogram: Histogram) -> Histogram:
    """Edges over the root mean square of what is in the cells."""
    middles = 0.5 * (histogram.edges[1:] + histogram.edges[:-1])
    square = (histogram.counts * middles**2).sum() / max(1, histogram.counts.sum())
    return replace(histogram, edges=histogram.edges / np.sqrt(square)) if square > 0.0 else histogram


def _occupied(histograms: Sequence[Histogram]) -> tuple[float, float]:
    ends = []
    for histogram in histograms:
        cells = np.flatnonzero(histogram.counts)
        first, last = (cells[0], cells[-1] + 1) if len(cells) else (0, -1)
        ends.append((histogram.edges[first], histogram.edges[last]))
    return min(low for low, _ in ends), max(high for _, high in ends)
