"""One look for all figures: fonts, sizes, and the same colour and marker for the same thing everywhere."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import matplotlib

matplotlib.use("Agg")  # files only: no display is needed

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from ..outputs import aside


class Timed(Protocol):
    """A process: its recorded times, and its score (None: forward)."""

    time: np.ndarray
    score: str | None


@dataclass(frozen=True)
class Look:
    """How one kind of result is drawn and named."""

    colour: str
    marker: str
    label: str


# Okabe and Ito's palette: distinct to colour-blind readers, and by marker in grey
FORMULA = Look("#000000", "", "formula")
DATA = Look("#0072B2", "o", "data")
EXACT_SCORE = Look("#009E73", "s", "exact score")
LEARNT_SCORE = Look("#D55E00", "^", "learnt score")
REFERENCE_SCORE = Look("#E69F00", "v", "reference score")
PUBLISHED = Look("#CC79A7", "D", "published")

FULL_WIDTH = 8.5  # inches; four panels abreast
PIXELS_PER_INCH = 200

plt.rcParams.update({
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 9,
    "axes.labelsize": 10,
    "axes.titlesize": 10,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "axes.linewidth": 0.7,
    "lines.linewidth": 1.0,
    "lines.markersize": 3.2,
    "errorbar.capsize": 0.0,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "figure.dpi": PIXELS_PER_INCH,
})


def look_of(score: str | None) -> Look:
    """Colour, marker and name of what a score made; of the data where there is none."""
    return {None: DATA, "exact": EXACT_SCORE, "learnt": LEARNT_SCORE, "reference": REFERENCE_SCORE}[score]


def points(axes: Axes, x: np.ndarray, y: np.ndarray, error: np.ndarray | None, look: Look) -> None:
    """Measured points with error bars; open-centred markers, so that a line beneath stays visible."""
    axes.errorbar(x, y, yerr=error, fmt=look.marker, color=look.colour, markerfacecolor="white", markeredgewidth=0.8,
                  elinewidth=0.7, label=look.label, zorder=3)


def sigma_band(axes: Axes, deviations: np.ndarray) -> None:
    """An axis of deviations in σ, symmetric about 0, wide enough for them, with bands of one and two σ."""
    axes.axhspan(-2.0, 2.0, color="0.93", zorder=0)
    axes.axhspan(-1.0, 1.0, color="0.86", zorder=0)
    axes.axhline(0.0, color=FORMULA.colour, linewidth=0.7, zorder=1)
    finite = np.abs(deviations[np.isfinite(deviations)])
    reach = 1.15 * max(3.0, finite.max(initial=0.0))
    axes.set_ylim(-reach, reach)


def few_decades(axis: Axis) -> None:
    """Numbers at 1, 2 and 5 of each power of ten on a logarithmic axis that has few of these."""
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def time_axis(axes: Axes, group: Timed, margin: float = 0.0) -> None:
    """The axis of t in the direction of the process: from 0 forward, from T backward, with a margin (0 .. 1).

    Backward steps crowd at t = 0, where the noise is small; there a scale linear in √t, which for small t is
    proportional to the noise √Ξ, gives them room.
    """
    if np.median(group.time) < 0.25 * group.time.max():
        axes.set_xscale("function", functions=(lambda t: np.sign(t) * np.sqrt(np.abs(t)), lambda u: u * np.abs(u)))
        axes.set_xticks([0.0, 0.01, 0.05, 0.2, 0.5, 1.0], ["0", ".01", ".05", ".2", ".5", "1"])
        axes.set_xlabel(r"$t$   (scale $\propto\sqrt{t}$)")
    else:
        axes.set_xlabel("$t$")
    transform = axes.xaxis.get_transform()
    low, high = transform.transform([0.0, group.time.max()])
    room = margin * (high - low)
    limits = transform.inverted().transform([low - room, high + room])
    axes.set_xlim(limits if group.score is None else limits[::-1])


def save(canvas: Canvas, stem: Path) -> None:
    """Writes stem.png and stem.pdf, and frees the figure."""
    # laid out once for both files, which is most of the work
    canvas.get_layout_engine().execute(canvas)
    canvas.set_layout_engine("none")
    # savefig would draw each file once more, for a layout
    with aside(stem.with_name(f"{stem.name}.png")) as partial:
        FigureCanvasAgg(canvas).print_png(partial)
    # no time stamp: the same results give the same bytes
    with aside(stem.with_name(f"{stem.name}.pdf")) as partial:
        FigureCanvasPdf(canvas).print_pdf(partial, metadata={"CreationDate": None})
    plt.close(canvas)
