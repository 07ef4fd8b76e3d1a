"""Writes OUT/report/: every figure as PNG and PDF, and report.md with the tables and the figures."""

from pathlib import Path
from typing import Sequence

from .decks import deck_of
from .document import embedded, provenance_parts, write_document
from .errors import warn
from .figures import Figure, planned_figures
from .histograms import goodness_of_fit
from .introduction import introduction
from .notation import p_is
from .published import published_for
from .results import EVEN_ORDERS, ODD_ORDERS, LossHistory, Results
from .tables import Table, cumulant_table, input_table, process_table, training_table

CUMULANT_NOTE = (
    "value(error), with the jackknife error in units of the last digit, and the deviation from the exact value in "
    "standard errors (σ). p: probability of a larger χ² of the row against the exact values, with the full "
    "covariance of κ2, κ4, κ6, κ8 (of κ1 … κ6 where odd ones do not vanish), which are strongly correlated: it tests "
    "combinations known far better than each of them, and is small for a learnt score after a short training. The histogram (Pearson's χ², "
    "independent samples, over the cells with ten or more expected counts, all others being one cell) shows faults that low cumulants hide."
)
PUBLISHED_NOTE = (
    "Published rows: G. Aarts (talk) and arXiv 2410.21212, 10⁶ samples, with a trained score; "
    "their covariance is not published."
)
TRAINING_NOTE = (
    "A learnt score knows the model only through its training ensemble. Relative deviation of its samples from that "
    "ensemble in %, with the statistical error of both (independent)."
)
PROCESS_NOTE = (
    "Largest deviation from the formula over the recorded times, in standard errors. 95 % bound: the largest of so many "
    "deviations is well above 2 by chance alone; in 95 of 100 right processes a column stays below this number (if times were "
    "independent; they are not, so that in truth more do). With eight columns a row, one above it is no surprise, several are. "
    "A backward process starts from a Gaussian, whose higher cumulants vanish, unlike those of the formula."
)
LEAST_P_VALUE = 1e-4  # of a row against the exact law, below which a warning is given
CURES = {
    None: "another run.seed tells whether it is chance",
    "exact": "more sample.steps bring it closer",
    "learnt": "a longer training (train.steps) or more configurations (generate.samples) bring it closer",
}  # by the score, None for the data


def write_report(folder: Path, results: Results, losses: Sequence[LossHistory], note: str | None = None) -> str:
    """Makes the report on a run in folder/report and returns its cumulant tables as text. `note` warns the reader on top."""
    figures = planned_figures(results, losses)
    warnings = _warnings(results)
    for each in warnings:
        warn(each)
    write_document(folder / "report", "report.md", _document(folder, results, figures, [*([note] if note else []), *warnings]), figures)
    return "\n\n".join(table.markdown() for table in _cumulant_tables(results))


def _warnings(results: Results) -> list[str]:
    """Rows that are not of the exact law, by their cumulants or by their histogram."""
    found = []
    for field in results.fields:
        values = {"cumulants": field.p_value, "histogram": None if field.histogram.exact is None else goodness_of_fit(field.histogram).p_value}
        small = [f"{p_is(value)} by its {name}" for name, value in values.items() if value is not None and value < LEAST_P_VALUE]
        if small:
            found.append(f"{field.label}: not the exact law, {' and '.join(small)}; {CURES[field.score]}")
    return found


def _orders_shown(results: Results) -> list[Sequence[int]]:
    return [EVEN_ORDERS] if results.symmetric else [EVEN_ORDERS, ODD_ORDERS]


def _cumulant_tables(results: Results) -> list[Table]:
    return [cumulant_table(results, orders) for orders in _orders_shown(results)] if results.fields else []


def _document(folder: Path, results: Results, figures: Sequence[Figure], warnings: Sequence[str]) -> str:
    """report.md."""
    parts = introduction(folder, deck_of(results.provenance, folder))
    parts += [f"**Warning:** {each}." for each in warnings]
    if results.fields:
        parts += ["## Cumulants", *(table.markdown() for table in _cumulant_tables(results)), CUMULANT_NOTE]
        if published_for(results.exact_cumulants) is not None:
            parts.append(PUBLISHED_NOTE)
    training = [training_table(results, orders) for orders in _orders_shown(results)]
    if training[0] is not None:
        parts += ["## Learnt samples against their training ensemble",
                  *(table.markdown() for table in training if table is not None), TRAINING_NOTE]
    along = process_table(results, range(1, 9))
    if along is not None:
        parts += ["## Along the processes", along.markdown(), PROCESS_NOTE]
    parts += ["## Figures", *map(embedded, figures)]
    if results.fields:
        parts += ["## Inputs", input_table(results).markdown()]
    parts += provenance_parts(results.provenance)
    return "\n\n".join(parts) + "\n"
