"""Reads the tables of a report back into numbers, independently of the code that wrote them."""

import re
from dataclasses import dataclass
from typing import Mapping

Tables = Mapping[str, Mapping[str, str]]  # a table: row name -> column name -> cell

COMPACT = re.compile(r"(?P<value>-?[\d.]+)\((?P<error>[\d.]+)\)(?: (?P<sigma>[+-][\d.]+)σ)?$")


@dataclass(frozen=True)
class Cell:
    """A cell "1.0624(5) -0.2σ"; sigma is None where no deviation is given. unit: one in the last digit."""

    value: float
    error: float
    sigma: float | None
    unit: float


def read_tables(text: str) -> list[Tables]:
    """All Markdown tables in a text, in order."""
    tables: list[dict[str, dict[str, str]]] = []
    block: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            block.append([cell.strip() for cell in line.strip("|").split("|")])
        elif block:
            header, _, *rows = block
            tables.append({row[0]: dict(zip(header[1:], row[1:], strict=True)) for row in rows})
            block = []
    return tables


def read_cell(text: str) -> Cell:
    """The numbers of a cell in compact notation."""
    match = COMPACT.match(text)
    assert match, f"not in compact notation: '{text}'"
    digits = match["value"].partition(".")[2]
    unit = 10.0 ** -len(digits)
    error = float(match["error"]) if "." in match["error"] else float(match["error"]) * unit
    return Cell(float(match["value"]), error, None if match["sigma"] is None else float(match["sigma"]), unit)
