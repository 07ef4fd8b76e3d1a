"""Correlators in space: of slices with their effective mass, and the two-point function."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator

from ...figures.style import FULL_WIDTH, points
from ..records import LatticeResults
from .looks import ALONG, log_or_linear, say_nothing_to_show

LEAST_SIGNAL = 1.0  # a mass is shown where it is larger than its error
SHIFTS = (-0.06, 0.06)  # of points along y and x, which would hide each other
NO_MASS_OF_A_CONSTANT = (
    "no mass: chains hold both signs, so $\\langle\\phi\\rangle^2$ does not\ntake out $\\langle M^2\\rangle$, and $C(t)$ does not end at 0;\n"
    "the length of the fluctuations is $\\xi$ connected"
)


def draw_slices(results: LatticeResults) -> Canvas:
    """Left: C(t); right: m(t) where it is known better than to 100 %, of a correlator that ends at 0."""
    canvas, (left, right) = plt.subplots(1, 2, figsize=(FULL_WIDTH, 3.0), layout="constrained")
    for shift, (axis, look) in zip(SHIFTS, ALONG.items()):
        correlator = results.slices[axis]
        points(left, np.arange(len(correlator.value)) + shift, correlator.value, correlator.error, look)
    both = results.slices.values()
    log_or_linear(left, np.concatenate([each.value for each in both]), np.concatenate([each.error for each in both]))
    left.set_ylabel(r"$C(t) = \langle m(0)\,m(t)\rangle - \langle\phi\rangle^2$")
    right.set_ylabel("effective mass $m(t)$")
    for axes in (left, right):
        axes.set_xlabel("distance $t$ [lattice units]")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    right.set_xlim(left.get_xlim())
    left.legend()
    _masses(right, results)
    return canvas


def _masses(axes: Axes, results: LatticeResults) -> None:
    """m(t), or why there is none: the logarithm of an exponential and a constant has a slope that is no mass."""
    if results.slices_end_at_a_constant:
        say_nothing_to_show(axes, NO_MASS_OF_A_CONSTANT)
        axes.set_yticks([])
        return
    shown = False
    for shift, (axis, look) in zip(SHIFTS, ALONG.items()):
        mass = results.masses[axis]
        # in the last interval before L/2 the correlator is flat, and the mass the worst known
        good = np.isfinite(mass.value) & np.isfinite(mass.error) & (mass.value > LEAST_SIGNAL * mass.error)
        shown |= bool(good.any())
        points(axes, np.flatnonzero(good) + 0.5 + shift, mass.value[good], mass.error[good], look)
    if shown:
        axes.set_ylim(bottom=0.0)
        _leave_out_noise(axes, results)
    else:
        say_nothing_to_show(axes, "no mass: the correlator does not fall,\nor its errors are too large")


def _leave_out_noise(axes: Axes, results: LatticeResults) -> None:
    """An axis that points with errors as large as themselves do not stretch."""
    values = np.concatenate([mass.value[mass.value > 3.0 * mass.error] for mass in results.masses.values()])
    if len(values):
        axes.set_ylim(0.0, np.clip(axes.get_ylim()[1], 1.1 * values.max(), 1.6 * values.max()))


def draw_two_point(results: LatticeResults) -> Canvas:
    """Left: map with distance 0 in the middle; right: along the axes, up to half the lattice."""
    y, x = results.shape
    canvas, (left, right) = plt.subplots(1, 2, figsize=(FULL_WIDTH, 3.2), layout="constrained",
                                           width_ratios=(1.15, 1.0))
    value, error = results.two_point.value, results.two_point.error
    centred = np.roll(value, (y // 2, x // 2), axis=(0, 1))
    image = left.imshow(centred, origin="lower", cmap="cividis", interpolation="nearest",
                        extent=(-(x // 2) - 0.5, x - x // 2 - 0.5, -(y // 2) - 0.5, y - y // 2 - 0.5))
    left.set_xlabel("distance along $x$")
    left.set_ylabel("distance along $y$")
    canvas.colorbar(image, ax=left, pad=0.02,
                    label=r"$G(y,x) = \langle\phi(0)\,\phi(y,x)\rangle - \langle\phi\rangle^2$")
    lines = {"y": (value[:y // 2 + 1, 0], error[:y // 2 + 1, 0]), "x": (value[0, :x // 2 + 1], error[0, :x // 2 + 1])}
    for shift, (axis, look) in zip(SHIFTS, ALONG.items()):
        points(right, np.arange(len(lines[axis][0])) + shift, *lines[axis], look)
    log_or_linear(right, *map(np.concatenate, zip(*lines.values())))
    right.xaxis.set_major_locator(MaxNLocator(integer=True))
    right.set_xlabel("distance [lattice units]")
    right.set_ylabel("$G$ along the axes")
    right.legend()
    canvas.get_layout_engine().set(w_pad=0.08)
    return canvas
