"""scorefield-analysis spread."""

import argparse

from ..plane.records import PlaneResults
from ..plane.spread import spread_text
from ..reader import read_run, require_results
from ..spread import require_one_deck, spread_table
from .command import RUNS, Command, require_different, warn_of_changes


def _spread(options: argparse.Namespace) -> str:
    require_different(options.folders)
    runs = {folder: read_run(folder) for folder in options.folders}
    warn_of_changes(runs)
    in_the_plane = all(isinstance(run, PlaneResults) for run in runs.values())
    if not in_the_plane:
        runs = {folder: require_results(folder, run) for folder, run in runs.items()}
    require_one_deck(runs)
    return spread_text(runs) if in_the_plane else spread_table(runs).markdown()


COMMAND = Command(
    name="spread",
    help="compare learnt scores of runs with different seeds",
    description="Prints the deviation of learnt samples from their training ensembles, in %: mean over the runs with "
                "its error, standard deviation over the runs, and the statistical error of one run. Of complex Langevin walkers "
                "it prints moments and cumulants, and compares each run's samples with the walkers of the next. The runs are of "
                "one deck, and differ in run.seed.",
    arguments=[RUNS],
    action=_spread,
)
