"""scorefield-analysis scan."""

import argparse
from pathlib import Path

from ..reader import read_field
from .command import RUNS, TARGET_FOLDER, Command, argument, names, require_different, warn_of_changes


def _scan(options: argparse.Namespace) -> str:
    require_different(options.folders)
    runs = {folder: read_field(folder) for folder in options.folders}
    warn_of_changes(runs)
    from ..complex_field.scan_report import write_scan

    return write_scan(options.to or options.folders[0] / "report", runs, options.against.removeprefix("model."),
                      names(options.quantities), options.exact)


COMMAND = Command(
    name="scan",
    help="averages of complex Langevin runs on a lattice against a coupling, as the density of the Bose gas against mu",
    description="Prints averages of runs that differ in one coupling, with their verdicts and, where they are known, their "
                "deviations from exact values; writes this with its figure (PNG and PDF) into OUT/report of the first run.",
    arguments=[
        RUNS,
        argument("--against", metavar="KEY", default="mu", help="the coupling, a key of [model] (mu)"),
        argument("--quantities", metavar="A,B,...", help="averages, by the names in results.h5 (density,|phi|^2)"),
        argument("--exact", metavar="FILE", type=Path,
                 help="CSV of exact values: columns named as the coupling and the averages, phi2 standing for |phi|^2"),
        TARGET_FOLDER,
    ],
    action=_scan,
)
