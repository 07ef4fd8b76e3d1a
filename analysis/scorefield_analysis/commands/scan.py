"""scorefield-analysis scan."""

import argparse
from pathlib import Path

from ..reader import read_field_run
from .command import RUNS, TARGET_FOLDER, Command, argument, names, require_different, warn_of_changes


def _scan(options: argparse.Namespace) -> str:
    require_different(options.folders)
    runs = {folder: read_field_run(folder) for folder in options.folders}
    warn_of_changes(runs)
    from ..scan.points import scan_of
    from ..scan.report import write_scan

    against = None if options.against is None else options.against.removeprefix("model.")
    scan = scan_of(runs, against, names(options.quantities))
    return write_scan(options.to or options.folders[0] / "report", scan, options.exact)


COMMAND = Command(
    name="scan",
    help="averages of runs on a lattice against a coupling: Binder cumulants of phi^4 against kappa, the density of the Bose gas against mu",
    description="Prints averages of runs that differ in one coupling, on one lattice or several, with what speaks against them and, where they "
                "are known, their deviations from exact values; writes this with its figure (PNG and PDF) into OUT/report of the first run.",
    arguments=[
        RUNS,
        argument("--against", metavar="KEY", help="the coupling, a key of [model] (of the Bose gas mu, else kappa)"),
        argument("--quantities", metavar="A,B,...",
                 help="averages, by the names in results.h5 (of phi^4 abs_M,chi,binder, of the Bose gas density,|phi|^2)"),
        argument("--exact", metavar="FILE", type=Path,
                 help="CSV of exact values: columns named as the coupling and the averages; of the Bose gas phi2 stands for |phi|^2"),
        TARGET_FOLDER,
    ],
    action=_scan,
)
