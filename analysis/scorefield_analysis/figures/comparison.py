"""All end points at a glance: cumulants relative to their exact values, ours and the published ones."""

from dataclasses import dataclass
from typing import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ..published import published_for
from ..results import Results
from .style import FULL_WIDTH, FORMULA, PUBLISHED, Look, look_of


@dataclass(frozen=True)
class _Row:
    """A named row of values and errors, by order."""

    name: str
    look: Look
    value: dict[int, float]
    error: dict[int, float]


def draw_comparison(results: Results, orders: Sequence[int]) -> Canvas:
    """One panel for each order, one row for each set of samples: 100 (value/exact - 1) with its error."""
    rows = _rows(results, orders)
    canvas, axes = plt.subplots(1, len(orders), figsize=(FULL_WIDTH, 0.9 + 0.24 * len(rows)), sharey=True,
                                layout="constrained", squeeze=False)
    for panel, order in zip(axes[0], orders):
        _panel(panel, rows, order, float(results.exact_cumulants[order - 1]))
    axes[0, 0].set_yticks(range(len(rows)), [row.name for row in rows])
    axes[0, 0].set_ylim(len(rows) - 0.5, -0.5)
    canvas.supxlabel("deviation from exact [%]", fontsize=10)
    return canvas


def _rows(results: Results, orders: Sequence[int]) -> list[_Row]:
    rows = [_Row(field.label, look_of(field.score), {n: field.cumulants.value[n - 1] for n in orders},
                 {n: field.cumulants.error[n - 1] for n in orders}) for field in results.fields]
    published = published_for(results.exact_cumulants)
    if published is not None:
        rows += [_Row(row.name, PUBLISHED, dict(row.value), dict(row.error)) for row in published.rows]
    return rows


def _panel(axes: Axes, rows: Sequence[_Row], order: int, exact: float) -> None:
    axes.axvline(0.0, color=FORMULA.colour, linewidth=0.7, zorder=1)
    for height, row in enumerate(rows):
        axes.errorbar(100.0 * (row.value[order] / exact - 1.0), height, xerr=100.0 * abs(row.error[order] / exact),
                      fmt=row.look.marker, color=row.look.colour, markerfacecolor="white", elinewidth=1.0, zorder=3)
    reach = 1.1 * np.abs(axes.get_xlim()).max()
    axes.set_xlim(-reach, reach)
    axes.tick_params(axis="y", length=0.0)
    axes.set_title(rf"$\kappa_{order}$")
