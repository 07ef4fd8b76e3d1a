"""The table of a scan, and how far its runs are from exact values."""

import math
from typing import Sequence

import numpy as np

from ..notation import ABSENT, exact_number
from ..plane.tables import measured, with_deviation
from ..results import standardised
from ..tables import Table
from .exact_values import ExactValues
from .kinds import TRUSTED
from .points import Point, Scan


def scan_table(scan: Scan, exact: ExactValues) -> Table:
    """A row for each run: averages with their deviations from exact values where these are known, and what else its kind tells."""
    known = [name for name in scan.names if is_known(scan, name, exact)]
    several = len(scan.lattices) > 1
    header = ["", scan.coupling, *(["lattice"] if several else [])]
    for name in scan.names:
        text = scan.kind.in_text(name)
        header += [text, *([f"{text} exact"] if name in known else [])]
    rows = []
    for point in scan.points:
        cells = [cell for name in scan.names for cell in _cells(point, name, exact, name in known)]
        rows.append([point.name, f"{point.at:g}", *([point.lattice] if several else []), *cells, *point.run.columns.values()])
    return Table([*header, *scan.points[0].run.columns], rows)


def is_known(scan: Scan, name: str, exact: ExactValues) -> bool:
    """Whether there is an exact value of an average for any run."""
    return any(exact_value(point, name, exact) is not None for point in scan.points)


def exact_value(point: Point, name: str, exact: ExactValues) -> float | None:
    """From the table of exact values, or else from the run."""
    from_table = exact.of(name, point.at)
    return point.run.averages[name].exact if from_table is None else from_table


def _cells(point: Point, name: str, exact: ExactValues, with_exact: bool) -> list[str]:
    average, known = point.run.averages[name], exact_value(point, name, exact)
    cell = measured(average.value, average.error) if known is None else with_deviation(average.value, average.error, known)
    return [cell, ABSENT if known is None else exact_number(known)] if with_exact else [cell]


def deviations(points: Sequence[Point], name: str, exact: ExactValues) -> np.ndarray:
    """From the exact values in errors, (points); NaN where there is none."""
    result = []
    for point in points:
        known, average = exact_value(point, name, exact), point.run.averages[name]
        missing = known is None or average.error == 0.0
        result.append(math.nan if missing else float(standardised(np.float64(average.value - known), np.float64(average.error))))
    return np.array(result)


def agreement_lines(scan: Scan, exact: ExactValues) -> list[str]:
    """A line for each average: how far the runs that are to be trusted are from the exact values."""
    lines = []
    for name in scan.names:
        known = deviations([point for point in scan.points if point.run.state_of(name) in TRUSTED], name, exact)
        known = known[np.isfinite(known)]
        if len(known):
            lines.append(f"{scan.kind.in_text(name)}: Σσ²/n of the runs {scan.kind.trusted} = {np.sum(known**2):.1f}/{len(known)}")
    return lines
