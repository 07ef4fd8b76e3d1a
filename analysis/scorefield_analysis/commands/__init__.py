"""The commands of scorefield-analysis, each in a module of its own, in the order of the help."""

from . import compare, export, info, report, reproduce, scan, spread, table, verify
from .command import Command

COMMANDS: tuple[Command, ...] = (report.COMMAND, spread.COMMAND, compare.COMMAND, scan.COMMAND, reproduce.COMMAND, verify.COMMAND,
                                 info.COMMAND, export.COMMAND, table.COMMAND)
