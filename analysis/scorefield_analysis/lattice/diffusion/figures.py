"""Figures of a diffusion model of a lattice field."""

from dataclasses import replace
from typing import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ...figures.style import DATA, FORMULA, FULL_WIDTH, LEARNT_SCORE, Look, look_of, points, sigma_band
from ...histograms import density
from ...results import EVEN_ORDERS, Histogram, process_label
from ..records import LatticeResults
from .magnetisation import InCells, cells_of, in_cells, stretches
from .records import Diffusion, Distance, FieldProcess, Samples

MOST_RELATIVE = 50.0  # per cent: a difference that is known worse is not shown
SHOWN = 8  # snapshots of a process
LIMIT = 2.0  # errors above a value that is not seen, for a limit
FINISHED = Look("#009E73", "s", "finished")


def noise_axis(axes: Axes, process: FieldProcess) -> np.ndarray:
    """r = sqrt(Xi)/f on a logarithmic axis, in the direction of the process; without t = 0."""
    ratio = np.sqrt(process.noise_variance) / process.kept
    axes.set_xscale("log")
    axes.set_xlabel(r"noise $r = \sqrt{\Xi}/f$")
    return ratio


def look_of_samples(samples: Samples) -> Look:
    return FINISHED if samples.finish is not None else look_of(samples.score)


def draw_cumulants(groups: Sequence[FieldProcess]) -> Canvas:
    """Upper row κ_n/fⁿ (without Ξ for n = 2), what the law says is constant; lower row the deviation from it in σ."""
    canvas, axes = plt.subplots(2, len(EVEN_ORDERS), figsize=(FULL_WIDTH, 3.8), sharex=True, layout="constrained",
                                height_ratios=(1.6, 1.0))
    for column, order in enumerate(EVEN_ORDERS):
        deviations = []
        for group in groups:
            ratio = noise_axis(axes[1, column], group)
            shown = ratio > 0.0
            scale = group.kept[shown] ** order
            noise = group.noise_variance[shown] if order == 2 else 0.0
            value, error = group.cumulants.value[shown, order - 1] - noise, group.cumulants.error[shown, order - 1]
            signal = np.inf if group.cumulants.exact is None else np.abs(group.cumulants.exact[shown, order - 1] - noise)
            known = error < 0.5 * signal
            points(axes[0, column], ratio[shown][known], (value / scale)[known], (error / scale)[known], look_of(group.score))
            if group.cumulants.exact is None or group.pull is None:
                continue
            start = group.cumulants.exact[shown, order - 1] - noise
            axes[0, column].plot(ratio[shown], start / scale, color=FORMULA.colour, label=FORMULA.label, zorder=2)
            deviation = group.pull[shown, column]
            deviations.append(deviation)
            points(axes[1, column], ratio[shown], deviation, None, look_of(group.score))
        sigma_band(axes[1, column], np.concatenate(deviations) if deviations else np.zeros(1))
        axes[0, column].set_title(rf"$\kappa_{order}(t)/f^{order}$" if order > 2 else r"$(\kappa_2(t) - \Xi)/f^2$")
    if groups[0].score is not None:
        axes[0, 0].invert_xaxis()
    axes[1, 0].set_ylabel(r"deviation $[\sigma]$")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    unique = dict(zip(labels, handles))
    direction = "forward" if groups[0].score is None else "backward"
    canvas.legend(unique.values(), unique.keys(), loc="outside upper center", ncols=len(unique),
                  title=f"{process_label(groups[0].process)}, {direction} process")
    return canvas


def draw_modes(groups: Sequence[FieldProcess]) -> Canvas:
    """Two-point function of a few wave numbers against the noise, beside G_0 f² + Ξ, and the deviation of all of them."""
    canvas, (left, right) = plt.subplots(1, 2, figsize=(FULL_WIDTH, 3.0), layout="constrained")
    colours = plt.get_cmap("viridis")
    for group in groups:
        ratio = noise_axis(left, group)
        noise_axis(right, group)
        shown = ratio > 0.0
        count = group.modes.value.shape[1]
        chosen = sorted({0, 1, 2, count // 4, count - 1})
        for n in chosen:
            look = Look(colours(n / max(1, count - 1) * 0.9), look_of(group.score).marker, rf"$n = {n}$")
            scale = group.kept[shown] ** 2
            points(left, ratio[shown], group.modes.value[shown, n] / scale, group.modes.error[shown, n] / scale, look)
            if group.modes.exact is not None and group.mode_pull is not None:
                left.plot(ratio[shown], group.modes.exact[shown, n] / scale, color=look.colour, zorder=2)
                points(right, ratio[shown], group.mode_pull[shown, n], None, look)
    left.set_yscale("log")
    left.set_ylabel(r"$G(k;t)/f^2$, $k = (0, 2\pi n/L)$")
    sigma_band(right, np.concatenate([group.mode_pull[1:-1].ravel() for group in groups if group.mode_pull is not None] or [np.zeros(1)]))
    right.set_ylabel(r"deviation from $G_0 f^2 + \Xi$  $[\sigma]$")
    handles, labels = left.get_legend_handles_labels()
    unique = dict(zip(labels, handles))
    left.legend(unique.values(), unique.keys())
    for axes in (left, right):
        if groups[0].score is not None:
            axes.invert_xaxis()
    return canvas


def draw_magnetisation(ensemble: LatticeResults, samples: Sequence[Samples]) -> Canvas:
    """Distribution of M of the samples over that of the data; below, the difference of counts in errors. Peaks far apart have panels of their
    own; what is in none of them, and that not all samples were looked at, stands beside the name.
    """
    cells = cells_of(ensemble)
    shown = stretches(cells)
    found = [in_cells(each, ensemble, cells, shown) for each in samples]
    canvas, axes = plt.subplots(2, len(shown), figsize=(0.6 * FULL_WIDTH, 4.4), sharex="col", sharey="row", squeeze=False,
                                layout="constrained", height_ratios=(2.0, 1.0))
    pulls = np.concatenate([np.zeros(1), *(each.pull for each in found)])
    for (above, below), part in zip(axes.T, shown):
        edges = cells.edges[part.start:part.stop + 1]
        above.stairs(density(cells)[0][part], edges, fill=True, color=DATA.colour, alpha=0.35, linewidth=0.0, label="data")
        sigma_band(below, pulls)
        for each, its in zip(samples, found):
            _draw_in_cells(above, below, edges, its, part, look_of_samples(each))
        below.set_xlabel("magnetisation $M$")
    axes[0, 0].set_ylabel("$P(M)$")
    axes[1, 0].set_ylabel(r"difference $[\sigma]$")
    canvas.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=1 + len(samples))
    return canvas


def _draw_in_cells(above: Axes, below: Axes, edges: np.ndarray, found: InCells, part: slice, look: Look) -> None:
    width, centre = np.diff(edges), 0.5 * (edges[1:] + edges[:-1])
    notes = [f"every {found.every}th"] if found.every > 1 else []
    notes += [f"{100.0 * found.outside:.2g} % outside"] if found.outside > 0.0 else []
    named = replace(look, label=f"{look.label} ({', '.join(notes)})" if notes else look.label)
    per_width, counts = max(1, found.total) * width, found.counts[part]
    points(above, centre, counts / per_width, np.sqrt(counts) / per_width, named)
    known = np.isfinite(found.pull[part])
    points(below, centre[known], found.pull[part][known], None, look)


def draw_correlators(ensemble: LatticeResults, samples: Sequence[Samples]) -> Canvas:
    """Two-point function along x of data and samples, and the relative difference where it is known. A model is told that of the data, and
    its samples share the fluctuation until updates have made them forget it: then the error is that of both.
    """
    canvas, (left, right) = plt.subplots(1, 2, figsize=(FULL_WIDTH, 3.0), layout="constrained")
    x = ensemble.shape[1]
    distance = np.arange(x // 2 + 1)
    data, error = _two_point(ensemble, distance)
    shifts = np.linspace(-0.12, 0.12, 1 + len(samples))
    points(left, distance + shifts[0], data, error, DATA)
    for shift, each in zip(shifts[1:], samples):
        value, own = _two_point(each.measured, distance)
        points(left, distance + shift, value, own, look_of_samples(each))
        uncertain = 100.0 * (own if each.finish is None else np.hypot(own, error)) / np.abs(data)
        known = uncertain < MOST_RELATIVE
        points(right, (distance + shift)[known], (100.0 * (value - data) / np.abs(data))[known], uncertain[known], look_of_samples(each))
    left.set_ylabel(r"$\langle\phi(0)\,\phi(x)\rangle - \langle\phi\rangle^2$")
    right.set_ylabel("difference from the data [%]")
    right.axhline(0.0, color=FORMULA.colour, linewidth=0.7)
    for axes in (left, right):
        axes.set_xlabel("distance along $x$")
    right.set_xlim(left.get_xlim())
    left.legend()
    return canvas


def _two_point(results: LatticeResults, distance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return results.two_point.value[0, distance], results.two_point.error[0, distance]


def draw_snapshots(process: FieldProcess) -> Canvas:
    """Configurations (rows) at some recorded times (columns), each column on its own symmetric scale."""
    chosen = np.unique(np.linspace(0, len(process.time) - 1, min(SHOWN, len(process.time))).round().astype(int))
    count = process.snapshots.shape[1]
    canvas, axes = plt.subplots(count, len(chosen), figsize=(FULL_WIDTH, FULL_WIDTH / len(chosen) * count + 0.4),
                                squeeze=False, layout="constrained")
    for column, k in enumerate(chosen):
        fields = process.snapshots[k]
        reach = np.abs(fields).max() or 1.0
        ratio = np.sqrt(process.noise_variance[k]) / process.kept[k]
        axes[0, column].set_title(f"$r = {ratio:.0f}$" if ratio >= 100.0 else f"$r = {ratio:.2g}$", fontsize=8)
        for row in range(count):
            axes[row, column].imshow(fields[row], origin="lower", cmap="RdBu_r", vmin=-reach, vmax=reach,
                                     interpolation="nearest")
            axes[row, column].axis("off")
    return canvas


def draw_finish(samples: Sequence[Samples]) -> Canvas:
    """Along the finish: κ2 and ⟨|M|⟩ of the samples, and the correlation with where they came from."""
    canvas, axes = plt.subplots(1, 3, figsize=(FULL_WIDTH, 2.6), layout="constrained")
    recorded = np.unique(np.concatenate([each.finish.updates for each in samples])).astype(int)
    for each in samples:
        look, places = look_of(each.score), np.searchsorted(recorded, each.finish.updates)
        for panel, name in zip(axes, ("kappa2_Z2", "abs_M", "correlation_M2")):
            points(panel, places, each.finish.value[name], each.finish.error[name], look)
    for panel, label in zip(axes, (r"$\kappa_2$", r"$\langle|M|\rangle$", r"correlation of $M^2$ with the start")):
        panel.set_xticks(np.arange(len(recorded)), [str(updates) for updates in recorded])
        panel.set_xlabel("updates")
        panel.set_title(label)
    axes[2].axhline(0.0, color=FORMULA.colour, linewidth=0.7)
    axes[0].legend()
    return canvas


def draw_distances(distances: Sequence[Distance]) -> Canvas:
    """Distance to the exact denoiser over the posterior's variance, of the reference and of the model; arrows where it is not seen, at most
    two errors above it.
    """
    canvas, axes = plt.subplots(1, len(distances), figsize=(min(FULL_WIDTH, 4.2 * len(distances)), 3.0), squeeze=False,
                                layout="constrained")
    for panel, each in zip(axes[0], distances):
        for value, error, look in ((each.reference, each.reference_error, Look(DATA.colour, "o", "reference alone")),
                                   (each.left, each.left_error, Look(LEARNT_SCORE.colour, "^", "model"))):
            seen = value > error
            points(panel, each.ratio[seen], value[seen], error[seen], look)
            most = np.maximum(value, 0.0)[~seen] + LIMIT * error[~seen]
            panel.errorbar(each.ratio[~seen], most, yerr=0.4 * most, uplims=True, fmt="none", ecolor=look.colour, elinewidth=0.7)
        panel.set_xscale("log")
        panel.set_yscale("log")
        panel.set_xlabel(r"noise $r = \sqrt{\Xi}/f$")
        panel.set_title(process_label(each.process))
        panel.legend()
    axes[0, 0].set_ylabel(r"$\langle|D - D^*|^2\rangle$ / posterior variance")
    return canvas
