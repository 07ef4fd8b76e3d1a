"""The tables of the report. A cell of a cumulant reads "1.0624(5) -0.2σ": value(error), deviation from exact."""

from dataclasses import dataclass
from math import hypot
from typing import Mapping, Sequence

import numpy as np
from scipy.special import ndtri

from .histograms import goodness_of_fit
from .notation import ABSENT, compact, exact_number, in_sigma, probability
from .published import PublishedTable, published_for
from .results import FieldResult, ProcessResult, Results


LEAST_WIDTH = 2  # of a column: the rule below the header is no table's with a colon alone


@dataclass(frozen=True)
class Table:
    """Text in rows and columns; the first column is the name of the row."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """A Markdown table whose columns also line up as plain text."""
        lines = [list(self.header), *map(list, self.rows)]
        widths = [max(LEAST_WIDTH, *(len(line[column]) for line in lines)) for column in range(len(self.header))]
        padded = [[line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:]))]
                  for line in lines]
        rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
        return "\n".join("| " + " | ".join(line) + " |" for line in [padded[0], rule, *padded[1:]])


def cumulant_table(results: Results, orders: Sequence[int]) -> Table:
    """Exact, measured and published cumulants of the end points, with the p-values of each measured row: of them, and of its histogram."""
    exact = results.exact_cumulants
    rows = [[field.label, *_field_cells(field, orders), probability(field.p_value), _histogram_cells(field)[1]] for field in results.fields]
    if exact is not None:
        rows.insert(0, ["Exact", *(exact_number(exact[n - 1]) for n in orders), ABSENT, ABSENT])
    published = published_for(exact)
    if published is not None and set(orders) <= set(published.exact):
        rows += [[row.name, *_published_cells(row.value, row.error, published.exact, orders), ABSENT, ABSENT]
                 for row in published.rows]
    return Table(["", *(f"κ{n}" for n in orders), "p", "p of histogram"], rows)


def _field_cells(field: FieldResult, orders: Sequence[int]) -> list[str]:
    cumulants = field.cumulants
    cells = [compact(cumulants.value[n - 1], cumulants.error[n - 1]) for n in orders]
    if cumulants.exact is None:
        return cells
    deviation = cumulants.deviation()
    return [f"{cell} {in_sigma(deviation[n - 1])}" for cell, n in zip(cells, orders)]


def _published_cells(value: Mapping[int, float], error: Mapping[int, float], exact: Mapping[int, float],
                     orders: Sequence[int]) -> list[str]:
    return [f"{compact(value[n], error[n])} {in_sigma((value[n] - exact[n]) / error[n])}" for n in orders]


def training_table(results: Results, orders: Sequence[int]) -> Table | None:
    """Deviation of the learnt samples from their training ensemble in %, with its statistical error, and the
    published one (published process against published data) beside it. None without learnt samples or ensemble.
    """
    learnt = [field for field in results.samples if field.score == "learnt"]
    if not learnt or results.ensemble is None:
        return None
    published = published_for(results.exact_cumulants)
    beside = published is not None and set(orders) <= set(published.exact)
    data = results.ensemble.cumulants
    rows = []
    for field in learnt:
        own = field.cumulants
        cells = [percent_of(own.value[n - 1], own.error[n - 1], data.value[n - 1], data.error[n - 1]) for n in orders]
        if beside:
            cells = [cell for pair in zip(cells, _published_percent(published, field.process, orders)) for cell in pair]
        rows.append([field.label, *cells])
    names = [(f"κ{n} [%]", f"κ{n} publ.") if beside else (f"κ{n} [%]",) for n in orders]
    return Table(["", *(name for pair in names for name in pair)], rows)


def _published_percent(published: PublishedTable, process: str, orders: Sequence[int]) -> list[str]:
    row, data = published.processes.get(process), published.data
    if row is None:
        return [ABSENT for _ in orders]
    return [percent_of(row.value[n], row.error[n], data.value[n], data.error[n]) for n in orders]


def percent_of(value: float, error: float, reference: float, reference_error: float) -> str:
    """100 (value/reference - 1) and its error, the two errors being independent, as "-1.20(14)"."""
    if reference == 0.0:
        return ABSENT
    relative = value / reference
    return compact(100.0 * (relative - 1.0), 100.0 * abs(hypot(error, relative * reference_error) / reference))


def process_table(results: Results, orders: Sequence[int]) -> Table | None:
    """Largest |deviation from the formula| in σ over the recorded times of each process. None without processes.

    The last column is what the largest of K independent normal numbers exceeds in 5 % of cases; deviations at
    neighbouring times are correlated, which makes theirs smaller.
    """
    groups: list[ProcessResult] = [*results.forward, *results.backward]
    if not groups:
        return None
    rows = []
    for group in groups:
        largest = np.abs(group.cumulants.deviation()).max(axis=0)
        bound = -ndtri(0.5 * (1.0 - 0.95 ** (1.0 / len(group.time))))
        rows.append([group.label, str(len(group.time)), *(f"{largest[n - 1]:.1f}" for n in orders), f"{bound:.1f}"])
    return Table(["", "times", *(f"κ{n}" for n in orders), "95 % bound"], rows)


def input_table(results: Results) -> Table:
    """What was measured: sampler, samples, jackknife bins, and χ² of the cumulants and of the histogram."""
    rows = [[field.label, field.sampler or ABSENT, f"{field.samples}", f"{field.bins}",
             _chi2_cell(field.chi2, field.dof), probability(field.p_value), *_histogram_cells(field)]
            for field in results.fields]
    return Table(["", "sampler", "samples", "bins", "cumulants χ²/dof", "p", "histogram χ²/dof", "p of it"], rows)


def _chi2_cell(chi2: float | None, dof: int | None) -> str:
    return ABSENT if chi2 is None or dof is None else f"{chi2:.1f}/{dof}"


def _histogram_cells(field: FieldResult) -> list[str]:
    if field.histogram.exact is None:
        return [ABSENT, ABSENT]
    fit = goodness_of_fit(field.histogram)
    return [_chi2_cell(fit.chi2, fit.dof), probability(fit.p_value)]
