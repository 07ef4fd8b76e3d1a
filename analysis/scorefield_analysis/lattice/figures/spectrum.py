"""The propagator in momentum space."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure as Canvas

from ...figures.style import DATA, FORMULA, FULL_WIDTH, few_decades, points, sigma_band
from ...results import standardised
from ..momenta import lattice_momenta
from ..records import LatticeResults
from .looks import log_or_linear


def draw_spectrum(results: LatticeResults) -> Canvas:
    """G(k) without k = 0, and 1/G(k) with it, a straight line for a free field."""
    exact = results.exact_spectrum
    heights, height = ((1.0,), 3.0) if exact is None else ((2.2, 1.0), 4.2)
    canvas, axes = plt.subplots(len(heights), 2, figsize=(FULL_WIDTH, height), squeeze=False, sharex="col",
                                layout="constrained", height_ratios=heights)
    momenta = lattice_momenta(results.shape).ravel()
    value, error = results.spectrum.value.ravel(), results.spectrum.error.ravel()
    order = np.argsort(momenta, kind="stable")
    rest = order[order != 0]
    points(axes[0, 0], momenta[rest], value[rest], error[rest], DATA)
    with np.errstate(divide="ignore", invalid="ignore"):
        points(axes[0, 1], momenta[order], 1.0 / value[order], error[order] / value[order] ** 2, DATA)
    if exact is not None:
        axes[0, 0].plot(momenta[rest], exact.ravel()[rest], color=FORMULA.colour, label="exact", zorder=4)
        axes[0, 1].plot(momenta[order], 1.0 / exact.ravel()[order], color=FORMULA.colour, label="exact", zorder=4)
        deviation = standardised(value - exact.ravel(), error)
        for panel, shown in ((axes[1, 0], rest), (axes[1, 1], order)):
            sigma_band(panel, deviation[shown])
            points(panel, momenta[shown], deviation[shown], None, DATA)
        axes[1, 0].set_ylabel(r"deviation $[\sigma]$")
        axes[0, 0].legend()
    log_or_linear(axes[0, 0], value[rest], error[rest])
    if momenta[rest].max() > 20.0 * momenta[rest].min():
        axes[0, 0].set_xscale("log")
        few_decades(axes[0, 0].xaxis)
    top = axes[0, 1].get_ylim()[1]
    axes[0, 1].set_ylim(-0.03 * top, top)
    axes[0, 0].set_ylabel(r"$G(k) = \langle|\tilde\phi(k)|^2\rangle / V$")
    axes[0, 1].set_ylabel("$1/G(k)$")
    for panel in axes[-1]:
        panel.set_xlabel(r"$\hat k^2 = 4\sin^2(k_y/2) + 4\sin^2(k_x/2)$")
    return canvas
