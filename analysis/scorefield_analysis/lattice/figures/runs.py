"""Several runs beside each other, and the bias of the Langevin equation against its step."""

from typing import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator

from ...figures.style import DATA, EXACT_SCORE, FULL_WIDTH, LEARNT_SCORE, Look, points
from ..bias import Bias, POWERS
from ..comparison import Run
from ..names import in_maths

ACROSS = 4
SCHEMES = {"euler": Look(LEARNT_SCORE.colour, "^", "Langevin, Euler"),
           "second-order": Look(EXACT_SCORE.colour, "s", "Langevin, second order")}
REFERENCE = "algorithms without bias"
LEGEND_COLUMNS = {1: 2, 2: 3, 3: 5}


def draw_runs(runs: Sequence[Run], names: Sequence[str]) -> Canvas:
    """A panel for each quantity, a row for each run."""
    across = min(ACROSS, len(names))
    down = -(-len(names) // across)
    canvas, axes = plt.subplots(down, across, figsize=(FULL_WIDTH, down * (0.85 + 0.2 * len(runs))), sharey=True,
                                squeeze=False, layout="constrained")
    for panel in axes.ravel()[len(names):]:
        panel.axis("off")
    for panel, name in zip(axes.ravel(), names):
        for height, run in enumerate(runs):
            quantity = run.results.quantities[name]
            panel.axhline(height, color="0.92", linewidth=0.7, zorder=0)
            panel.errorbar(quantity.value, height, xerr=quantity.error, fmt=DATA.marker, color=DATA.colour,
                           markerfacecolor="white", elinewidth=1.0)
        panel.set_title(in_maths(name))
        panel.xaxis.set_major_locator(MaxNLocator(3))
        panel.ticklabel_format(axis="x", useOffset=False)
        panel.tick_params(axis="y", length=0.0)
        panel.margins(x=0.15)
    axes[0, 0].set_yticks(range(len(runs)), [run.name for run in runs])
    axes[0, 0].set_ylim(len(runs) - 0.5, -0.5)
    return canvas


def draw_biases(biases: Sequence[Bias]) -> Canvas:
    """A panel for each quantity: values against the step with their fits, and the value without bias as a band."""
    across = min(ACROSS - 1, len(biases))
    down = -(-len(biases) // across)
    canvas, axes = plt.subplots(down, across, figsize=(max(4.0, 2.85 * across), 2.3 * down + 0.5), squeeze=False,
                                layout="constrained")
    for panel in axes.ravel()[len(biases):]:
        panel.axis("off")
    handles = {}
    for panel, bias in zip(axes.ravel(), biases):
        _bias_panel(panel, bias)
        handles.update({label: handle for handle, label in zip(*panel.get_legend_handles_labels())})
    order = [REFERENCE, *(label for scheme in POWERS for label in (SCHEMES[scheme].label, _formula(scheme)))]
    shown = [label for label in order if label in handles]
    canvas.legend([handles[label] for label in shown], shown, loc="outside upper center", ncols=LEGEND_COLUMNS[across],
                  columnspacing=1.2)
    return canvas


def _formula(scheme: str) -> str:
    return r"$a + b\,\varepsilon + \ldots$" if POWERS[scheme] == 1 else rf"$a + b\,\varepsilon^{POWERS[scheme]} + \ldots$"


def _bias_panel(axes: Axes, bias: Bias) -> None:
    widest = max((columns[0].max() for columns in bias.points.values()), default=1.0)
    if bias.reference is not None:
        value, error = bias.reference.value, bias.reference.error
        axes.axhspan(value - error, value + error, color=DATA.colour, alpha=0.35, linewidth=0.0, label=REFERENCE)
    for scheme, columns in bias.points.items():
        look = SCHEMES[scheme]
        points(axes, *columns, look)
        if scheme in bias.fits:
            step = np.linspace(0.0, columns[0].max(), 100)
            value, error = bias.fits[scheme].at(step)
            axes.plot(step, value, color=look.colour, linewidth=0.8, label=_formula(scheme))
            axes.fill_between(step, value - error, value + error, color=look.colour, alpha=0.15, linewidth=0.0)
    axes.set_xlim(-0.03 * widest, 1.06 * widest)
    axes.set_title(in_maths(bias.name))
    axes.ticklabel_format(axis="y", useOffset=False)
    axes.set_xlabel(r"step $\varepsilon$")
