"""Figures of a diffusion model of complex Langevin walkers."""

from dataclasses import replace
from functools import partial
from typing import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure as Canvas

from ...figures import Figure
from ...figures.style import FORMULA, FULL_WIDTH, LEARNT_SCORE, few_decades, look_of, points, sigma_band
from ...results import EVEN_ORDERS, process_label
from .records import PlaneDiffusion, PlaneProcess, ScoreFields

PARTS = ("Re", "Im")
MOST_ERROR = 20.0  # of the least in a panel: beyond, noise has drowned the cumulant
MARGIN = 1.3  # of a logarithmic axis
PULL_MARKERS = ("o", "x")  # of real and imaginary parts
DECADES = 5.0  # of the density that is shown
FILL = {"attractor": "full", "saddle": "left", "repeller": "none"}


def diffusion_figures(diffusion: PlaneDiffusion, known: str = "exact") -> list[Figure]:
    """In the order of the report. known: what scores are compared with."""
    figures = [Figure(f"forward-{each.process}", f"{process_label(each.process)}: cumulants of z along the forward process, over fⁿ, "
                      "which the law says is constant (line), and their deviation from it.", partial(draw_cumulants, [each]))
               for each in diffusion.forward]
    for name in dict.fromkeys(each.process for each in diffusion.backward):
        groups = [each for each in diffusion.backward if each.process == name]
        figures.append(Figure(f"backward-{name}", f"{process_label(name)}: cumulants of z along the backward processes, over fⁿ, and their "
                              "deviation from what the forward process has.", partial(draw_cumulants, groups)))
    for score in diffusion.scores:
        against = "" if score.exact is None else f", and the {known} one"
        figures.append(Figure(f"score-{score.process}", f"{process_label(score.process)}: the score at r = {score.noise_ratio[0]:.2g} as it was "
                              f"learnt{against} (lines point up its slope), over log₁₀ P that follows by integration; its zeros "
                              "(full: attractor, half: saddle, open: repeller).", partial(draw_score, score, known)))
    return figures


def draw_score(score: ScoreFields, known: str = "exact") -> Canvas:
    """Streamlines over the logarithm of the density, learnt and, under the name `known`, what it is compared with."""
    panels = [("learnt", score.learnt[0], score.density[0])]
    if score.exact is not None:
        panels.append((known, score.exact[0], score.exact_density[0]))
    canvas, axes = plt.subplots(1, len(panels), figsize=(FULL_WIDTH * len(panels) / 2.0, 3.4), sharey=True, squeeze=False,
                                layout="constrained")
    x, y = score.x[0], score.y[0]
    seen = np.argwhere(score.density[0] > 10.0**-DECADES * score.density[0].max())
    (left, low), (right, high) = seen.min(axis=0), seen.max(axis=0)
    for panel, (name, field, density) in zip(axes[0], panels):
        decades = np.log10(np.maximum(density / density.max(), 10.0**-DECADES))
        image = panel.pcolormesh(x, y, decades.T, cmap="YlGnBu", vmin=-DECADES, vmax=0.0, rasterized=True, shading="nearest")
        shown = np.where((density > 10.0**-DECADES * density.max())[..., None], field, np.nan)
        panel.streamplot(x, y, shown[..., 0].T, shown[..., 1].T, color="0.2", linewidth=0.5, arrowsize=0.6, density=1.2)
        panel.set_title(name)
        panel.set_xlabel("$x$")
        panel.set_xlim(x[left], x[right])
        panel.set_ylim(y[low], y[high])
    for found in score.fixed_points:
        axes[0, 0].plot(found.point.real, found.point.imag, marker="o", color=LEARNT_SCORE.colour, markersize=6.0,
                        fillstyle=FILL[found.kind], markerfacecoloralt="white", linestyle="none", zorder=5)
    axes[0, 0].set_ylabel("$y$")
    canvas.colorbar(image, ax=axes, pad=0.02, label=r"$\log_{10} P/P_{\rm max}$")
    return canvas


def _known(errors: np.ndarray) -> np.ndarray:
    """Which are no more than MOST_ERROR times the least; errors of 0, of what does not fluctuate, are."""
    finite = errors[np.isfinite(errors) & (errors > 0.0)]
    return np.isfinite(errors) & (errors <= MOST_ERROR * finite.min(initial=np.inf))


def draw_cumulants(groups: Sequence[PlaneProcess]) -> Canvas:
    """κ_n/fⁿ of n = 2, 4, 6, 8, a row for Re and one for Im, and the deviation of both from the law in σ."""
    canvas, axes = plt.subplots(3, len(EVEN_ORDERS), figsize=(FULL_WIDTH, 5.4), sharex="row", layout="constrained",
                                height_ratios=(1.6, 1.6, 1.0))
    reach: list[float] = []
    for column, order in enumerate(EVEN_ORDERS):
        pulls = []
        for group in groups:
            ratio = np.sqrt(group.noise_variance) / group.kept
            shown = ratio > 0.0
            scale = group.kept[shown] ** order
            for part in range(2):
                value, error = (of[shown, order - 1, part] for of in (group.cumulants.value, group.cumulants.error))
                law = None if group.law is None else group.law[shown, order - 1, part]
                known = _known(error / scale)
                reach += list(ratio[shown][known])
                points(axes[part, column], ratio[shown][known], (value / scale)[known], (error / scale)[known], look_of(group.score))
                if law is not None:  # a constant, but for rounding
                    axes[part, column].axhline(np.median(law / scale), color=FORMULA.colour, label=FORMULA.label, zorder=2)
            if group.pull is not None:
                both = group.pull[shown, 2 * column:2 * column + 2]
                pulls.append(both.ravel())
                for part in range(2):
                    points(axes[2, column], ratio[shown], both[:, part], None, replace(look_of(group.score), marker=PULL_MARKERS[part]))
        sigma_band(axes[2, column], np.concatenate(pulls) if pulls else np.zeros(1))
        axes[0, column].set_title(rf"$\kappa_{order}(t)/f^{order}$")
        axes[2, column].set_xscale("log")
        axes[2, column].set_xlabel(r"noise $r = \sqrt{\Xi}/f$")
        for part in range(2):
            axes[part, column].set_xscale("log")
            axes[part, column].tick_params(labelbottom=part == 1)
    for part in range(2):  # where cumulants are known; deviations are at all times
        if reach:
            axes[part, 0].set_xlim(min(reach) / MARGIN, max(reach) * MARGIN)
        few_decades(axes[part, 0].xaxis)
    if groups[0].score is not None:
        for row in axes:
            row[0].invert_xaxis()
    for part, name in enumerate(PARTS):
        axes[part, 0].set_ylabel(name)
    axes[2, 0].set_ylabel("deviation $[\\sigma]$\n(Re ○, Im ×)")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    unique = dict(zip(labels, handles))
    direction = "forward" if groups[0].score is None else "backward"
    canvas.legend(unique.values(), unique.keys(), loc="outside upper center", ncols=len(unique),
                  title=f"{process_label(groups[0].process)}, {direction} process")
    return canvas
