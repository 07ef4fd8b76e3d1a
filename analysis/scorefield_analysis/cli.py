"""The command scorefield-analysis."""

import argparse
import sys
from importlib.metadata import version
from typing import Sequence

from .commands import COMMANDS
from .errors import UserError

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0, 2 (bad input), 3 (output failed) or 130 (interrupted)."""
    options = _parser().parse_args(arguments)
    # a terminal that cannot show κ or σ gets a "?" in its place, not an encoding error
    sys.stdout.reconfigure(errors="replace")
    try:
        print(options.action(options))
    except UserError as error:
        print(f"scorefield-analysis: error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("scorefield-analysis: interrupted", file=sys.stderr)
        return INTERRUPTED
    return 0


class _Parser(argparse.ArgumentParser):
    """Reports a bad command line in one line, like every other error."""

    def error(self, message: str) -> None:
        print(f"scorefield-analysis: error: {message}; see 'scorefield-analysis --help'", file=sys.stderr)
        sys.exit(UserError.exit_code)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="scorefield-analysis", description="Tables and figures from the output of scorefield.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('scorefield-analysis')}")
    parsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        own = parsers.add_parser(command.name, help=command.help, description=command.description)
        for each in command.arguments:
            own.add_argument(each.name, **each.keywords)
        own.set_defaults(action=command.action)
    return parser
