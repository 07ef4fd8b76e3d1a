"""Writes what a scan of a coupling shows: a table, and its figure."""

from functools import partial
from pathlib import Path
from typing import Mapping, Sequence

from ..document import embedded, write_document
from ..errors import warn
from ..figures import Figure
from .exact_values import ExactValues, read_exact_values
from .figures.scan import draw_scan
from .records import ComplexFieldResults
from .scan import Point, agreement_lines, chosen_averages, scan_points, scan_table, scan_warnings

NOTE = (
    "Real parts: value(error), with the jackknife error in units of the last digit, and where an exact value is known the deviation in "
    "standard errors (σ). A run whose verdict is failing does not sample exp(-S), whatever its error; of one that is undecided, or not in "
    "equilibrium, nothing is known."
)
CAPTION = (
    "Averages against {}, with statistical errors. Full: the criteria for correctness are met; open: undecided, or not in equilibrium; "
    "crossed: failing{}."
)


def write_scan(target: Path, runs: Mapping[Path, ComplexFieldResults], coupling: str, wanted: Sequence[str] | None,
               exact_file: Path | None) -> str:
    """Writes target/scan.md with its figure, and returns its table as text."""
    points = scan_points(runs, coupling)
    names = chosen_averages(points, wanted)
    exact = None if exact_file is None else read_exact_values(exact_file, coupling, names)
    warnings = scan_warnings(points, names)
    for each in warnings:
        warn(each)
    beside = "" if exact is None else "; below, the deviation from the exact values"
    figure = Figure("scan", CAPTION.format(coupling, beside), partial(draw_scan, points, names, coupling, exact))
    text = _text(points, names, coupling, exact, warnings)
    write_document(target, "scan.md", "\n\n".join(["# Scan", text, embedded(figure)]) + "\n", [figure])
    return text


def _text(points: Sequence[Point], names: Sequence[str], coupling: str, exact: ExactValues | None, warnings: Sequence[str]) -> str:
    parts = [*(f"**Warning:** {each}." for each in warnings), scan_table(points, names, coupling, exact).markdown()]
    lines = [] if exact is None else agreement_lines(points, names, exact)
    return "\n\n".join([*parts, *(f"{line}." for line in lines), NOTE])
