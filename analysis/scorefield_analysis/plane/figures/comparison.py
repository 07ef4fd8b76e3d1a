"""This run, samples of its models, and the published ones beside the exact values."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator

from ...figures.style import DATA, FORMULA, FULL_WIDTH, PUBLISHED, Look, look_of
from ..quantities import ComplexQuantity, comparable_orders, exact_size

PARTS = ("Re", "$-$Im")


def draw_comparison(quantity: ComplexQuantity) -> Canvas:
    """A column for each order, a row for Re and one for -Im; in each panel a line for each run."""
    orders = comparable_orders(quantity)
    names = ["this run", *(row.name for row in quantity.sampled), *(row.name for row in quantity.published)]
    canvas, axes = plt.subplots(2, len(orders), figsize=(FULL_WIDTH, 1.6 + 0.42 * len(names)), sharey=True, squeeze=False,
                                layout="constrained")
    for part, row in enumerate(axes):
        for panel, order in zip(row, orders):
            _panel(panel, _deviations(quantity, order, part))
            panel.set_title(f"{PARTS[part]} {quantity.name.maths(order)}")
    axes[0, 0].set_yticks(range(len(names)), names)
    axes[0, 0].set_ylim(len(names) - 0.5, -0.5)
    canvas.supxlabel("deviation from exact [% of its modulus]", fontsize=10)
    return canvas


def _deviations(quantity: ComplexQuantity, order: int, part: int) -> list[tuple[float, float, Look]]:
    """Value and error in % of the modulus of the exact value, this run first."""
    exact, size = quantity.exact[order - 1, part], exact_size(quantity, order)
    own = (quantity.estimate.value[order - 1, part], quantity.estimate.error[order - 1, part], DATA)
    sampled = [(row.estimate.value[order - 1, part], row.estimate.error[order - 1, part], look_of(row.score)) for row in quantity.sampled]
    published = [(*(row.re, row.minus_im)[part][order], PUBLISHED) for row in quantity.published]
    return [(100.0 * (value - exact) / size, 100.0 * error / size, look) for value, error, look in [own, *sampled, *published]]


def _panel(axes: Axes, rows: list[tuple[float, float, Look]]) -> None:
    axes.axvline(0.0, color=FORMULA.colour, linewidth=0.7, zorder=1)
    for height, (value, error, look) in enumerate(rows):
        axes.errorbar(value, height, xerr=error, fmt=look.marker, color=look.colour, markerfacecolor="white",
                      elinewidth=1.0, zorder=3)
    reach = 1.1 * np.abs(axes.get_xlim()).max()
    axes.set_xlim(-reach, reach)
    axes.xaxis.set_major_locator(MaxNLocator(4, symmetric=True))
    axes.ticklabel_format(axis="x", scilimits=(-4, 4), useMathText=True)
    axes.tick_params(axis="y", length=0.0)
