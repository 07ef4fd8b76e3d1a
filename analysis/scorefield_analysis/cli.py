"""The command scorefield-analysis."""

import argparse
import os
import sys
from importlib.metadata import version
from typing import Sequence

from .commands import COMMANDS
from .errors import OutputError, UserError

INTERRUPTED = 130
CUT = 141  # what a shell says of a program that SIGPIPE has ended


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0, 2 (bad input), 3 (output failed), 130 (interrupted) or 141 (nobody reads the output, as after "| head")."""
    try:
        return _run(arguments)
    except BrokenPipeError:
        _discard_output()
        return CUT
    except OSError as error:  # of the standard output: a disk that is full
        print(f"scorefield-analysis: error: cannot write the output: {error.strerror}; redirect it elsewhere", file=sys.stderr)
        _discard_output()
        return OutputError.exit_code


def _run(arguments: Sequence[str] | None) -> int:
    try:
        options = _parser().parse_args(arguments)
        # a terminal that cannot show κ or σ gets a "?" in its place, not an encoding error
        sys.stdout.reconfigure(errors="replace")
        print(options.action(options))
    except UserError as error:
        print(f"scorefield-analysis: error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("scorefield-analysis: interrupted", file=sys.stderr)
        return INTERRUPTED
    finally:
        sys.stdout.flush()  # here, not when Python ends, where a cut pipe can no longer be caught
    return 0


def _discard_output() -> None:
    """What is still in the buffers goes nowhere: Python would try again to write it when it ends, and complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


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
