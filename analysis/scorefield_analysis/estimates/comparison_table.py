"""Numbers of several sources in one table: names in rows, sources in columns."""

import csv
import io
from typing import Sequence

from ..errors import UserError
from ..notation import ABSENT, compact
from ..reproduce.latex import PACKAGES, NamedTable, latex_table
from ..spelling import nearest
from ..tables import Table
from .record import Number
from .select import pattern_of
from .sources import NamedSource

CAPTION = "value(error)"
FEW = 3  # single numbers in a message


def rows_of(sources: Sequence[NamedSource], wanted: Sequence[str] | None) -> list[str]:
    """Labels of the rows: those that are asked for, one by one or as a whole ("*" stands for any text), else what each source shows.
    UserError for one that no source has.
    """
    if wanted is None:
        return list(dict.fromkeys(label for source in sources for label in source.shown))
    return list(dict.fromkeys(label for name in wanted for label in _matching(name, sources)))


def _matching(name: str, sources: Sequence[NamedSource]) -> list[str]:
    pattern = pattern_of(name)
    found = [label for source in sources for label in source.numbers if pattern.fullmatch(label)]
    found += [label for source in sources for whole, labels in source.wholes.items() if pattern.fullmatch(whole) for label in labels]
    if not found:
        raise UserError(f"no source has a quantity '{name}'; {_instead(name, sources)}")
    return found


def _instead(name: str, sources: Sequence[NamedSource]) -> str:
    """What is spelt like it, or wholes; with a few single numbers, which the names of wholes do not tell."""
    wholes = [whole for source in sources for whole in source.wholes]
    numbers = [label for source in sources for label in source.numbers]
    few = ", ".join(rows_of(sources, None)[:FEW])
    return f"{nearest(name, wholes, numbers)} ('scorefield-analysis table SOURCE' shows single numbers, such as {few})"


def written(sources: Sequence[NamedSource], rows: Sequence[str], form: str) -> str:
    """The table as "markdown", "latex" (a table environment, below a comment that says which packages it needs) or "csv" (all digits; value
    and error in columns of their own).
    """
    return {"markdown": _markdown, "latex": _latex, "csv": _csv}[form](sources, rows)


def _markdown(sources: Sequence[NamedSource], rows: Sequence[str]) -> str:
    cells = [[label.replace("|", r"\|"), *_cells(sources, label)] for label in rows]
    return Table(["", *(source.name for source in sources)], cells).markdown()


def _latex(sources: Sequence[NamedSource], rows: Sequence[str]) -> str:
    lines = [["", *(source.name for source in sources)], *([label, *_cells(sources, label)] for label in rows)]
    return f"% {PACKAGES}\n" + latex_table(NamedTable(CAPTION, lines), ", ".join(source.name for source in sources))


def _cells(sources: Sequence[NamedSource], label: str) -> list[str]:
    return [_cell(source.numbers.get(label)) for source in sources]


def _cell(number: Number | None) -> str:
    return compact(number.value, number.error) if number is not None and number.is_finite else ABSENT


def _csv(sources: Sequence[NamedSource], rows: Sequence[str]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["quantity", *(column for source in sources for column in (source.name, f"{source.name} error"))])
    for label in rows:
        numbers = [source.numbers.get(label) for source in sources]
        writer.writerow([label, *(cell for number in numbers for cell in _digits(number))])
    return text.getvalue().rstrip("\n")


def _digits(number: Number | None) -> tuple[str, str]:
    """All of them; nothing where there is no number."""
    return (repr(number.value), repr(number.error)) if number is not None and number.is_finite else ("", "")
