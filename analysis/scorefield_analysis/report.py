"""Writes OUT/report/: every figure as PNG and PDF, and report.md with the tables and the figures."""

import os
from pathlib import Path
from typing import Sequence

from .errors import OutputError
from .figures import Figure, planned_figures
from .published import published_for
from .render import write_figures
from .results import EVEN_ORDERS, ODD_ORDERS, LossHistory, Results
from .tables import Table, cumulant_table, input_table, process_table, training_table

CUMULANT_NOTE = (
    "value(error), with the jackknife error in units of the last digit, and the deviation from the exact value in "
    "standard errors (σ). p: probability of a larger χ² of the row against the exact values, with the full "
    "covariance of κ2, κ4, κ6, κ8 (of κ1 … κ6 where odd ones do not vanish), which are strongly correlated: it tests "
    "combinations known far better than each of them, and is small for a learnt score after a short training."
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
    "Largest deviation from the formula over the recorded times, in standard errors. 95 % bound: what the largest "
    "of as many independent normal deviations stays below in 95 % of cases. A backward process starts from a "
    "Gaussian, whose higher cumulants vanish, unlike those of the formula."
)
INPUT_NOTE = (
    "The histogram shows faults that low cumulants hide: its χ² (Pearson, independent samples) is over the cells "
    "with ten or more expected counts, all others being one cell."
)


def write_report(folder: Path, results: Results, losses: Sequence[LossHistory], note: str | None = None) -> str:
    """Makes the report on a run in folder/report and returns its cumulant tables as text. `note` warns the reader on top."""
    figures = planned_figures(results, losses)
    target = folder / "report"
    try:
        target.mkdir(exist_ok=True)
        write_figures(figures, target)
        _write_text(target / "report.md", _document(folder, results, figures, note))
    except OSError as error:
        raise OutputError(f"cannot write {error.filename or target}: {error.strerror}; "
                          "free the path, or make room and allow writing there") from None
    return "\n\n".join(table.markdown() for table in _cumulant_tables(results))


def _write_text(path: Path, text: str) -> None:
    """Writes aside and renames: an interrupted run leaves the former report or none, never half of one."""
    partial = path.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)


def _orders_shown(results: Results) -> list[Sequence[int]]:
    return [EVEN_ORDERS] if results.symmetric else [EVEN_ORDERS, ODD_ORDERS]


def _cumulant_tables(results: Results) -> list[Table]:
    return [cumulant_table(results, orders) for orders in _orders_shown(results)] if results.fields else []


def _document(folder: Path, results: Results, figures: Sequence[Figure], note: str | None) -> str:
    """report.md."""
    parts = [f"# Report on {folder.resolve().name}"]
    if note is not None:
        parts.append(f"**Warning:** {note}.")
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
    parts += ["## Figures", *map(_embedded, figures)]
    if results.fields:
        parts += ["## Inputs", input_table(results).markdown(), INPUT_NOTE]
    parts += _provenance(results)
    return "\n\n".join(parts) + "\n"


def _embedded(figure: Figure) -> str:
    return f"![{figure.name}]({figure.name}.png)\n\n*{figure.caption}* ([PDF]({figure.name}.pdf))"


def _provenance(results: Results) -> list[str]:
    """How the measured files came to be: attributes in one line each, the resolved deck in full."""
    lines = [f"- {key}: {value}" for key, value in sorted(results.provenance.items()) if key != "deck"]
    parts = ["## Provenance", "\n".join(lines)] if lines else []
    deck = results.provenance.get("deck")
    return parts if deck is None else [*parts, "## Deck", f"```ini\n{deck.strip()}\n```"]
