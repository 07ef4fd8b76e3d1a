"""What the pictures of the plane share: their frame, fixed points of the drift, and contours of P(x,y)."""

import numpy as np
from matplotlib.axes import Axes

from ...figures.style import LEARNT_SCORE
from ..action import GAUSSIAN, Action
from ..records import PlaneResults

DECADES = 5.0  # of the density that colours and contours show
CONTOURS = "#AA2277"
POINTS = LEARNT_SCORE.colour
GRID = 200  # points in each direction, of the exact density
SIZE = (7.5, 4.9)  # inches


def frame(axes: Axes, results: PlaneResults) -> None:
    """Limits as far as walkers were counted, and labels."""
    axes.set_xlim(results.map.edges_x[0], results.map.edges_x[-1])
    axes.set_ylim(results.map.edges_y[0], results.map.edges_y[-1])
    axes.set_xlabel("$x$")
    axes.set_ylabel("$y$")


def mark_fixed_points(axes: Axes, results: PlaneResults, action: Action) -> None:
    """Those within the frame: full where the drift points at them, open where it points away."""
    x, y = results.map.edges_x, results.map.edges_y
    for name, attracts in (("attractor", True), ("repelling fixed point", False)):
        found = np.array([point for point, own in action.fixed_points()
                          if own == attracts and x[0] < point.real < x[-1] and y[0] < point.imag < y[-1]])
        if not len(found):
            continue
        axes.plot(found.real, found.imag, marker="o", color=POINTS, markersize=5.5, markeredgewidth=1.0, zorder=5, linestyle="none",
                  markerfacecolor=POINTS if attracts else "white", markeredgecolor="white" if attracts else POINTS, label=name)


def draw_contours(axes: Axes, results: PlaneResults, action: Action) -> None:
    """P(x,y) at powers of ten of its largest value: exact for a Gaussian, else where the Fokker-Planck equation was solved. Of the
    logarithm, which is smooth where the density falls steeply from one point of the grid to the next.
    """
    if action.name == GAUSSIAN and action.sigma.imag != 0.0:
        _contours(axes, *_gaussian(results, action), label="$P(x,y)$, exact")
    elif results.fokker_planck is not None:
        solution = results.fokker_planck
        decades = np.log10(np.maximum(solution.density / solution.density.max(), 10.0 ** -(DECADES + 2.0)))
        _contours(axes, solution.x, solution.y, decades, label="$P(x,y)$, Fokker-Planck")


def _gaussian(results: PlaneResults, action: Action) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x = np.linspace(results.map.edges_x[0], results.map.edges_x[-1], GRID)
    y = np.linspace(results.map.edges_y[0], results.map.edges_y[-1], GRID)
    inverse = np.linalg.inv(action.gaussian_covariance())
    square = inverse[0, 0] * x[:, None] ** 2 + 2.0 * inverse[0, 1] * np.outer(x, y) + inverse[1, 1] * y**2
    return x, y, -0.5 * square / np.log(10.0)


def _contours(axes: Axes, x: np.ndarray, y: np.ndarray, decades: np.ndarray, label: str) -> None:
    axes.contour(x, y, decades.T, levels=np.arange(-DECADES, 0.0), colors=CONTOURS, linewidths=1.0, linestyles="solid", zorder=3)
    axes.plot([], [], color=CONTOURS, label=label)
