"""Which figures a report holds, and what draws each of them."""

from dataclasses import dataclass
from functools import partial
from typing import Callable, Sequence

from matplotlib.figure import Figure as Canvas

from ..results import EVEN_ORDERS, ODD_ORDERS, FieldResult, LossHistory, Results, process_label
from .comparison import draw_comparison
from .cumulants import draw_cumulants
from .density import draw_density
from .generating_function import draw_generating_function
from .histogram import draw_histograms
from .loss import draw_losses


@dataclass(frozen=True)
class Figure:
    """A figure to be drawn: its file name without ending, its caption, and what draws it (can be pickled)."""

    name: str
    caption: str
    draw: Callable[[], Canvas]


def planned_figures(results: Results, losses: Sequence[LossHistory]) -> list[Figure]:
    """All figures that the measurements allow, in the order of the report."""
    figures = _end_points(results)
    for process in results.processes:
        figures += _along(results, process)
    if losses:
        figures.append(Figure("loss", "Training loss.", partial(draw_losses, losses)))
    return figures


def _end_points(results: Results) -> list[Figure]:
    figures = []
    exact = results.exact_cumulants
    if exact is not None:
        orders = [n for n in EVEN_ORDERS if exact[n - 1] != 0.0]
        figures.append(Figure(
            "comparison", "Cumulants of all samples relative to their exact values, with statistical errors.",
            partial(draw_comparison, results, orders)))
    for name, fields in _histogram_sets(results):
        figures.append(Figure(
            f"histogram-{name}", f"Histograms ({', '.join(field.label for field in fields)}) and the exact density "
            "(line); below, their ratio.", partial(draw_histograms, fields)))
    return figures


def _histogram_sets(results: Results) -> list[tuple[str, list[FieldResult]]]:
    """The samples of each process beside the ensemble; the ensemble alone if nothing was sampled."""
    ensemble = [] if results.ensemble is None else [results.ensemble]
    sampled = list(dict.fromkeys(field.process for field in results.samples))
    if not sampled:
        return [("ensemble", ensemble)] if ensemble else []
    return [(process, ensemble + [field for field in results.samples if field.process == process])
            for process in sampled]


def _along(results: Results, process: str) -> list[Figure]:
    """The figures of P(x,t), W[J] and the cumulants along the forward and backward processes."""
    forward = [group for group in results.forward if group.process == process]
    backward = [group for group in results.backward if group.process == process]
    figures = []
    name = process_label(process)
    for direction, groups in (("forward", forward), ("backward", backward)):
        for kind, orders in (("", EVEN_ORDERS), ("-odd", ODD_ORDERS)):
            if groups and not (kind and results.symmetric):
                figures.append(Figure(
                    f"cumulants{kind}-{direction}-{process}",
                    f"{name}, {direction} process: cumulants against t, their deviation from the formula in standard "
                    "errors, and the standard error beside the signal.",
                    partial(draw_cumulants, groups, orders)))
    groups = forward + backward
    if groups:
        figures.append(Figure(
            f"density-{process}", f"{name}: density P(x,t), measured (filled) and exact (line), and the map of the "
            "measured one.", partial(draw_density, groups)))
        figures.append(Figure(
            f"generating-function-{process}", f"{name}: W[J], measured (points) and exact (lines), at several times, "
            "and the deviation in standard errors.", partial(draw_generating_function, groups)))
    return figures
