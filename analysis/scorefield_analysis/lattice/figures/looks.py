"""Colours and small parts that the figures of lattices share."""

import numpy as np
from matplotlib.axes import Axes

from ...figures.style import DATA, Look

ALONG = {"y": Look(DATA.colour, "o", "along $y$"), "x": Look("#E69F00", "s", "along $x$")}


def log_or_linear(axes: Axes, values: np.ndarray, errors: np.ndarray) -> None:
    """A logarithmic axis of what stands above its error, if that varies by more than 3: else it has hardly a number."""
    known = values[np.isfinite(values) & (values > np.maximum(errors, 0.0))]
    if len(known) > 1 and known.max() > 3.0 * known.min():
        axes.set_yscale("log")
        low, high = known.min(), known.max()
        axes.set_ylim(low / (high / low) ** 0.12, high * (high / low) ** 0.1)


def say_nothing_to_show(axes: Axes, reason: str) -> None:
    """Why a panel is empty."""
    axes.text(0.5, 0.5, reason, transform=axes.transAxes, ha="center", va="center", fontsize=9, color="0.4")
