"""scorefield-analysis reproduce."""

import argparse
from pathlib import Path

from .command import TARGET_FOLDER, Command, argument
from .report import write_report_of


def _reproduce(options: argparse.Namespace) -> str:
    from ..reproduce.runs import runs_in, write_reproduction

    folders = runs_in(options.folders)
    return write_reproduction(options.to or options.folders[0] / "reproduce", folders, options.again, write_report_of)


COMMAND = Command(
    name="reproduce",
    help="one page of all runs with every table and figure, and the tables for LaTeX",
    description="Brings the reports of the runs up to date and writes them all into one HTML page with its pictures inside, "
                "reproduce/index.html of the first folder, and their tables into tables.tex beside it.",
    arguments=[
        argument("folders", metavar="OUT", type=Path, nargs="+", help="output folders of runs, or folders that hold such (out)"),
        argument("--again", action="store_true", help="make all reports again"),
        TARGET_FOLDER,
    ],
    action=_reproduce,
)
