"""scorefield-analysis table."""

import argparse
from pathlib import Path

from ..estimates.comparison_table import rows_of, written
from ..estimates.sources import read_sources
from ..outputs import written_aside
from ..reader import read_run
from .command import Command, argument, names, require_different, warn_of_changes, warn_of_names

FORMATS = ("markdown", "latex", "csv")


def _table(options: argparse.Namespace) -> str:
    require_different(options.sources)
    runs = {path: read_run(path) for path in options.sources if path.is_dir()}
    warn_of_changes(runs)
    sources = read_sources(options.sources)
    rows = rows_of(sources, names(options.quantities))
    warn_of_names(runs, rows)
    text = written(sources, rows, options.format)
    if options.to is not None:
        with written_aside(options.to) as partial:
            partial.write_text(text + "\n", encoding="utf-8")
    return text


COMMAND = Command(
    name="table",
    help="numbers of runs, of files of pyerrors and of exported ones in one table",
    description="Prints quantities in rows and sources in columns, value(error). A source is the output folder of a run, a .json or "
                ".json.gz of pyerrors, or a .npz that 'scorefield-analysis export' wrote.",
    arguments=[
        argument("sources", metavar="SOURCE", type=Path, nargs="+", help="output folder of a run, or a file of pyerrors or of export"),
        argument("--quantities", metavar="A,B,...", help="the rows, by name; * stands for any text (the main ones)"),
        argument("--format", choices=FORMATS, default=FORMATS[0], help="of the table (markdown)"),
        argument("--to", metavar="FILE", type=Path, help="where it is written, too"),
    ],
    action=_table,
)
