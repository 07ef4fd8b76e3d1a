"""scorefield-analysis info."""

import argparse
from pathlib import Path

from ..files import describe
from .command import Command, argument


def _info(options: argparse.Namespace) -> str:
    return "\n\n".join(map(describe, options.files))


COMMAND = Command(
    name="info",
    help="what files of a run hold",
    description="Prints seal, attributes and datasets of HDF5 files.",
    arguments=[argument("files", metavar="FILE", type=Path, nargs="+", help="such as OUT/results.h5")],
    action=_info,
)
