"""Tables of what a diffusion model of complex Langevin walkers made."""

import numpy as np

from ...notation import ABSENT
from ...results import process_label
from ...tables import Table
from .records import PlaneDiffusion


def score_table(diffusion: PlaneDiffusion) -> Table:
    """How near each trained score is to the exact one at each noise level, and whether it is a gradient."""
    rows = []
    for score in diffusion.scores:
        for k, ratio in enumerate(score.noise_ratio):
            known = [ABSENT if of is None else f"{100.0 * of[k]:.2g} %" for of in (score.distance, score.total_variation)]
            complex_weight = f"{100.0 * score.complex_distance:.2g} %" if k == 0 and score.complex_density is not None else ABSENT
            rows.append([process_label(score.process), f"{ratio:.2g}", *known, complex_weight, f"{100.0 * score.curl[k]:.2g} %"])
    return Table(["", "noise r", "distance of the score", "total variation of P", "∫dy P(x-iy, y)", "curl"], rows)


def fixed_point_table(diffusion: PlaneDiffusion) -> Table:
    """Where each trained score vanishes at the lowest noise."""
    rows = [[process_label(score.process), found.kind, f"{found.point.real:.3f}", f"{found.point.imag:.3f}"]
            for score in diffusion.scores for found in score.fixed_points]
    return Table(["", "kind", "x", "y"], rows)


def process_table(diffusion: PlaneDiffusion) -> Table:
    """How well each process keeps to κ_n fⁿ: smallest and median p-value over its times, and the largest deviation."""
    rows = []
    for process in [*diffusion.forward, *diffusion.backward]:
        known = np.empty(0) if process.p_value is None else process.p_value[np.isfinite(process.p_value)]
        p_values = [f"{reduce(known):.2g}" if len(known) else ABSENT for reduce in (np.min, np.median)]
        pull = ABSENT if process.pull is None else f"{np.abs(process.pull).max():.1f}σ"
        rows.append([process.label, f"{process.samples}", f"{len(process.time)}", *p_values, pull])
    return Table(["", "configurations", "times", "κ_n: least p", "median p", "largest deviation"], rows)
