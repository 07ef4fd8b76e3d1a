"""scorefield-analysis compare."""

import argparse

from ..lattice.names import COMPARED
from ..reader import read_ensemble
from .command import RUNS, TARGET_FOLDER, Command, argument, names, require_different, warn_of_changes, warn_of_names


def _compare(options: argparse.Namespace) -> str:
    require_different(options.folders)
    runs = {folder: read_ensemble(folder) for folder in options.folders}
    warn_of_changes(runs)
    quantities = names(options.quantities)
    warn_of_names(runs, quantities or COMPARED)
    from ..lattice.compare import write_comparison

    return write_comparison(options.to or options.folders[0] / "report", runs, quantities)


COMMAND = Command(
    name="compare",
    help="compare ensembles on a lattice, Langevin runs of several steps with HMC among them",
    description="Prints quantities of runs on a lattice beside each other, the deviation of each pair in standard "
                "errors, and for Langevin runs of different steps the bias with its extrapolation; writes this "
                "with its figures (PNG and PDF) into OUT/report of the first run. The runs differ in run.seed.",
    arguments=[RUNS, argument("--quantities", metavar="A,B,...", help="what is compared, by the names in results.h5"), TARGET_FOLDER],
    action=_compare,
)
