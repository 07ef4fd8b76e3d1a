"""scorefield-analysis verify."""

import argparse
from pathlib import Path

from ..errors import UserError
from ..files import verify
from .command import Command, argument


def _verify(options: argparse.Namespace) -> str:
    table, wrong = verify(options.folder)
    if wrong:
        print(table.markdown())
        raise UserError(f"not whole: {', '.join(wrong)}; make them again, or fetch intact copies")
    return table.markdown()


COMMAND = Command(
    name="verify",
    help="compare all files of a run with their checksums",
    description="Compares each HDF5 file of OUT and its checkpoints with the checksum in its seal, and looks for what a file of its kind "
                "must hold. Exit code 2 if one is not whole; a checkpoint that a kill left half written is no fault: the next run "
                "replaces it.",
    arguments=[argument("folder", metavar="OUT", type=Path, help="output folder of a run")],
    action=_verify,
)
