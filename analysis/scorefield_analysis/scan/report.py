"""Writes what a scan of a coupling shows: a table, and its figure."""

from functools import partial
from pathlib import Path
from typing import Sequence

from ..document import embedded, write_document
from ..errors import UserError, warn
from ..figures import Figure
from .exact_values import NONE, ExactValues, read_exact_values
from .figure import draw_scan
from .kinds import REAL
from .points import Scan, scan_warnings
from .table import agreement_lines, is_known, scan_table

VALUES = "value(error), with the jackknife error in units of the last digit, and where an exact value is known the deviation in standard errors (σ). "
NOTE_OF_REAL = (
    f"{VALUES}Of a run that is not in equilibrium neither value nor error is to be trusted. τ_int: the longest, in configurations of a chain."
)
NOTE_OF_COMPLEX = (
    f"Real parts: {VALUES}A run whose verdict is failing does not sample exp(-S), whatever its error; of one that is undecided, or not in "
    "equilibrium, nothing is known."
)
MARKERS_OF_REAL = "Full: without warnings; open: with warnings, or not in equilibrium"
MARKERS_OF_COMPLEX = "Full: the criteria for correctness are met; open: undecided, with warnings, or not in equilibrium; crossed: failing"
LATTICES = "; each lattice has its colour and marker, and points of several are set apart a little"
CAPTION = "Averages against {}, with statistical errors. {}{}{}."


def write_scan(target: Path, scan: Scan, exact_file: Path | None) -> str:
    """Writes target/scan.md with its figure, and returns its table as text."""
    exact = NONE if exact_file is None else _exact_values(scan, exact_file)
    warnings = scan_warnings(scan)
    for each in warnings:
        warn(each)
    known = any(is_known(scan, name, exact) for name in scan.names)
    if exact is not NONE and not known:
        warn(f"{exact_file} has no line at any {scan.coupling} of these runs")
    caption = CAPTION.format(scan.coupling, MARKERS_OF_REAL if scan.kind is REAL else MARKERS_OF_COMPLEX, LATTICES if len(scan.lattices) > 1 else "",
                             "; below, the deviation from the exact values" if known else "")
    figure = Figure("scan", caption, partial(draw_scan, scan, exact))
    text = _text(scan, exact, warnings)
    write_document(target, "scan.md", "\n\n".join(["# Scan", text, embedded(figure)]) + "\n", [figure])
    return text


def _exact_values(scan: Scan, path: Path) -> ExactValues:
    if len(scan.lattices) > 1:
        raise UserError(f"the runs are of {len(scan.lattices)} lattices ({', '.join(scan.lattices)}), of which {path} can hold the exact values "
                        "of one; give runs on one lattice")
    return read_exact_values(path, scan.coupling, scan.names, scan.kind.short_names)


def _text(scan: Scan, exact: ExactValues, warnings: Sequence[str]) -> str:
    parts = [*(f"**Warning:** {each}." for each in warnings), scan_table(scan, exact).markdown()]
    return "\n\n".join([*parts, *(f"{line}." for line in agreement_lines(scan, exact)), NOTE_OF_REAL if scan.kind is REAL else NOTE_OF_COMPLEX])
