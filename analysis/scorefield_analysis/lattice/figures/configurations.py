"""Configurations as pictures."""

from dataclasses import dataclass, replace
from typing import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure as Canvas

from ...figures.style import LEARNT_SCORE
from ..records import Series

PICTURES = 9
ACROSS = 3
WIDEST = 7.5  # inches


@dataclass(frozen=True)
class Place:
    """Where a configuration stands: its chain, its place in the chain, and whether it is striped."""

    chain: int
    place: int
    striped: bool


@dataclass(frozen=True)
class Picture:
    """A configuration (Ly, Lx)."""

    of: Place
    field: np.ndarray


def choose(series: Series, mark_stripes: bool = True) -> list[Place]:
    """Up to nine configurations, evenly over all of the series; one that is striped among them, if there is one.

    Without `mark_stripes` none counts as striped: in a disordered phase stripes come and go by chance.
    """
    points = np.unique(np.linspace(0, len(series.chain) - 1, PICTURES).round().astype(int))
    if not mark_stripes:
        return [replace(_place(series, int(point)), striped=False) for point in points]
    striped = np.flatnonzero(series.values["striped"])
    if len(striped) and not series.values["striped"][points].any():
        points[-1] = striped[len(striped) // 2]
    return [_place(series, int(point)) for point in points]


def _place(series: Series, point: int) -> Place:
    chain = int(series.chain[point])
    before = int(np.count_nonzero(series.chain[:point] == chain))
    return Place(chain, before * series.every, bool(series.values["striped"][point]))


def draw_configurations(pictures: Sequence[Picture]) -> Canvas:
    """A grid, all on one scale that is symmetric about 0."""
    across = min(ACROSS, len(pictures))
    down = -(-len(pictures) // across)
    y, x = pictures[0].field.shape
    width = min(WIDEST, 2.3 * across) / across
    height = float(np.clip(width * y / x, 0.35, 2.0 * width))
    size = across * width + 0.8, down * (height + 0.28) + 0.2
    canvas, axes = plt.subplots(down, across, figsize=size, squeeze=False, layout="constrained")
    reach = max(float(np.abs(picture.field).max()) for picture in pictures) or 1.0
    for panel in axes.ravel():
        panel.axis("off")
    for panel, picture in zip(axes.ravel(), pictures):
        image = panel.imshow(picture.field, origin="lower", cmap="RdBu_r", vmin=-reach, vmax=reach,
                             interpolation="nearest")
        striped = picture.of.striped
        title = f"chain {picture.of.chain}, no. {picture.of.place}" + (", striped" if striped else "")
        panel.set_title(title, fontsize=8, color=LEARNT_SCORE.colour if striped else "black")
    canvas.colorbar(image, ax=axes, label=r"$\phi$", pad=0.02, shrink=0.8)
    return canvas
