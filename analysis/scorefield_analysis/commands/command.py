"""What a command is, and what several of them need."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterable, Mapping, Sequence

from ..errors import UserError, warn
from ..freshness import changed_note
from ..lattice.doubts import doubts_of_run
from ..lattice.records import LatticeResults
from ..reader import Run


@dataclass(frozen=True)
class Argument:
    """An argument of a command line: its name or option, and the keywords of argparse for it."""

    name: str
    keywords: Mapping[str, Any]


@dataclass(frozen=True)
class Command:
    """A command: its line in the list of commands (help), what it says of itself (description), and what it does (action), which
    returns the text that is printed.
    """

    name: str
    help: str
    description: str
    arguments: Sequence[Argument]
    action: Callable[[argparse.Namespace], str]


def argument(name: str, **keywords: Any) -> Argument:
    """An Argument, written like a call of argparse."""
    return Argument(name, keywords)


RUN = argument("folder", metavar="OUT", type=Path, help="output folder of a run (run.output of its deck)")
RUNS = argument("folders", metavar="OUT", type=Path, nargs="+", help="output folders of the runs")
TARGET_FOLDER = argument("--to", metavar="FOLDER", type=Path, help="where it is written")


def names(joined: str | None) -> list[str] | None:
    """Names separated by commas."""
    return None if joined is None else [name.strip() for name in joined.split(",")]


def require_different(folders: Sequence[Path]) -> None:
    """UserError if a folder is given twice."""
    if len({folder.resolve() for folder in folders}) < len(folders):
        raise UserError("a folder is given twice; each run counts once")


def warn_of_changes(runs: Mapping[Path, Run]) -> None:
    """Names runs that were made anew since they were measured."""
    for folder, results in runs.items():
        note = changed_note(folder, results)
        if note is not None:
            warn(f"{folder}: {note}")


def warn_of_names(runs: Mapping[Path, Run], shown: Iterable[str]) -> None:
    """Names quantities that are shown ("xi", "samples-vp-learnt/mass_y[3]") and are not what they are called."""
    whole = {name.partition("[")[0] for name in shown}
    for folder, results in runs.items():
        if isinstance(results, LatticeResults):
            doubts = doubts_of_run(results)
            for doubt in dict.fromkeys(doubts.values()):
                doubted = [name for name in doubts if doubts[name] == doubt and name in whole]
                if doubted:
                    warn(f"{folder}: {', '.join(doubted)}: {doubt}")
