"""Writes what a scan of a coupling shows: a table, and its figure."""

from functools import partial
from pathlib import Path
from typing import Sequence

from ..document import embedded, write_document
from ..errors import UserError, warn
from ..figures import Figure
from .exact_values import NONE, ExactValues, read_exact_values
from .figure import draw_scan
from .kinds import COMPLEX, REAL
from .points import Scan, scan_warnings
from .table import agreement_lines, is_known, scan_table

VALUES = "value(error), with the jackknife error in units of the last digit, and where an exact value is known the deviation in standard errors (σ). "
NOTES = {
    REAL: f"{VALUES}Of a run that is not in equilibrium neither value nor error is to be trusted. τ_int: the longest, in configurations of a chain.",
    COMPLEX: f"Real parts: {VALUES}A run whose verdict is failing does not sample exp(-S), whatever its error; of one that is undecided, or not "
             "in equilibrium, nothing is known.",
}
STYLES = {
    REAL: "Full: in equilibrium; open: not in equilibrium",
    COMPLEX: "Full: the criteria for correctness are met; open: undecided, or not in equilibrium; crossed: failing",
}
CAPTION = "Averages against {}, with statistical errors. {}{}."


def write_scan(target: Path, scan: Scan, exact_file: Path | None) -> str:
    """Writes target/scan.md with its figure, and returns its table as text."""
    exact = NONE if exact_file is None else _exact_values(scan, exact_file)
    warnings = scan_warnings(scan)
    for each in warnings:
        warn(each)
    beside = "; below, the deviation from the exact values" if any(is_known(scan, name, exact) for name in scan.names) else ""
    figure = Figure("scan", CAPTION.format(scan.coupling, STYLES[scan.kind], beside), partial(draw_scan, scan, exact))
    text = _text(scan, exact, warnings)
    write_document(target, "scan.md", "\n\n".join(["# Scan", text, embedded(figure)]) + "\n", [figure])
    return text


def _exact_values(scan: Scan, path: Path) -> ExactValues:
    if len(scan.lattices) > 1:
        raise UserError(f"the runs are of {len(scan.lattices)} lattices ({', '.join(scan.lattices)}), of which {path} can hold the exact values "
                        "of one; give runs on one lattice")
    return read_exact_values(path, scan.coupling, scan.names)


def _text(scan: Scan, exact: ExactValues, warnings: Sequence[str]) -> str:
    parts = [*(f"**Warning:** {each}." for each in warnings), scan_table(scan, exact).markdown()]
    return "\n\n".join([*parts, *(f"{line}." for line in agreement_lines(scan, exact)), NOTES[scan.kind]])
