"""Which figures the report holds of a diffusion model of a lattice field."""

from functools import partial

from ...figures import Figure
from ...results import process_label
from ..records import LatticeResults
from .figures import (draw_correlators, draw_cumulants, draw_distances, draw_finish, draw_magnetisation, draw_modes,
                      draw_snapshots)
from .records import Diffusion


def diffusion_figures(ensemble: LatticeResults, diffusion: Diffusion) -> list[Figure]:
    """In the order of the report."""
    figures = []
    for process in diffusion.forward:
        name = process_label(process.process)
        figures.append(Figure(f"forward-{process.process}", f"{name}: cumulants of a site along the forward process, over what the law says is "
                              "constant (line), and their deviation from it.", partial(draw_cumulants, [process])))
        figures.append(Figure(f"forward-modes-{process.process}", f"{name}: two-point function along the forward process, with G₀f² + Ξ "
                              "(lines), and the deviation from it.", partial(draw_modes, [process])))
    for name in dict.fromkeys(process.process for process in diffusion.backward):
        groups = [process for process in diffusion.backward if process.process == name]
        label = process_label(name)
        figures.append(Figure(f"backward-{name}", f"{label}: cumulants along the backward processes, over what the law says is constant.",
                              partial(draw_cumulants, groups)))
        figures.append(Figure(f"backward-modes-{name}", f"{label}: two-point function along the backward process.",
                              partial(draw_modes, groups[:1])))
        if groups[0].snapshots is not None:
            figures.append(Figure(f"snapshots-{name}", f"{label}: configurations along the backward process ({groups[0].score} score), from "
                                  "noise to the field; each column has its own scale of colours.", partial(draw_snapshots, groups[0])))
    for name in dict.fromkeys(each.process for each in diffusion.samples):
        samples = [each for each in diffusion.samples if each.process == name and (each.score == "learnt" or each.finish is None)]
        label = process_label(name)
        figures.append(Figure(f"magnetisation-{name}", f"{label}: distribution of the magnetisation of samples and data; below, the difference in "
                              "errors where there are ten counts: in the samples' own, since their model was told the law of M, and in those of "
                              "both where updates made them forget it.",
                              partial(draw_magnetisation, ensemble, samples)))
        figures.append(Figure(f"correlators-{name}", f"{label}: two-point function of samples and data, and the difference where it is known to 50 %.",
                              partial(draw_correlators, ensemble, samples)))
        finished = [each for each in diffusion.samples if each.process == name and each.finish is not None]
        if finished:
            figures.append(Figure(f"finish-{name}", f"{label}: along the updates that make samples exact, from each score's samples.",
                                  partial(draw_finish, finished)))
    if diffusion.distances:
        figures.append(Figure("distance", "Distance of the denoiser to the exact one at each noise; arrows end where it would be two errors above what "
                              "is seen, of points below their errors.",
                              partial(draw_distances, diffusion.distances)))
    return figures
