"""Exact values beside a scan, from a table that the user gives."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping, Sequence

import numpy as np

from ..errors import UserError
from ..hdf5 import readable

MOST_BYTES = 10**7  # of such a table
SAME = 1e-9  # relative difference of two numbers that are meant to be one


@dataclass(frozen=True)
class ExactValues:
    """Real parts of averages, by name, (n), at rising values of what is scanned, (n)."""

    at: np.ndarray
    values: Mapping[str, np.ndarray]

    def of(self, name: str, at: float) -> float | None:
        """The value at this place, if it is in the table."""
        found = np.flatnonzero(np.isclose(self.at, at, rtol=SAME, atol=SAME))
        return float(self.values[name][found[0]]) if name in self.values and len(found) else None


NONE = ExactValues(np.empty(0), {})


def read_exact_values(path: Path, scanned: str, names: Sequence[str], short_names: Mapping[str, str]) -> ExactValues:
    """The columns of a CSV file: `scanned`, and those of `names` that are there, by their short names, too. UserError if there is none, or
    if a cell is no number.
    """
    rows = list(csv.reader(io.StringIO(_text(path))))
    rows = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    header = [short_names.get(name, name) for name in rows[0]] if rows else []
    wanted = [name for name in names if name in header]
    if scanned not in header or not wanted or len(rows) < 2 or len(set(header)) < len(header):
        raise UserError(f"{path} is no table of exact values; its first line must name the columns {scanned} and one or more of "
                        f"{', '.join(names)}, and numbers follow, separated by commas")
    numbers = np.array([_numbers(path, line, row, len(header)) for line, row in enumerate(rows[1:], 2)])
    numbers = numbers[np.argsort(numbers[:, header.index(scanned)], kind="stable")]
    at = numbers[:, header.index(scanned)]
    if np.isclose(at[1:], at[:-1], rtol=SAME, atol=SAME).any():
        raise UserError(f"{path} has two lines of one {scanned}; take one away")
    return ExactValues(at, {name: numbers[:, header.index(name)] for name in wanted})


def _text(path: Path) -> str:
    with readable(path):
        if not path.is_file():
            raise UserError(f"no file {path}; give a table of exact values (CSV)")
        if path.stat().st_size > MOST_BYTES:
            raise UserError(f"{path} is too large for a table of exact values; give one with fewer lines")
        try:
            return path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise UserError(f"{path} is no text; give a table of exact values (CSV)") from None


def _numbers(path: Path, line: int, row: Sequence[str], columns: int) -> list[float]:
    try:
        numbers = [float(cell) for cell in row]
    except ValueError:
        numbers = []
    if len(numbers) != columns or not np.isfinite(numbers).all():
        raise UserError(f"row {line} of {path} does not hold {columns} numbers; mend it")
    return numbers
