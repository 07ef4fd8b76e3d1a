"""The commands of scorefield-analysis, each in a module of its own, in the order of the help."""

from . import compare, export, info, plot, report, reproduce, scan, spread, table, verify
from .command import Command

COMMANDS: tuple[Command, ...] = tuple(
    module.COMMAND for module in (report, spread, compare, scan, reproduce, export, table, plot, verify, info))
