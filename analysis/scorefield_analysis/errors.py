"""Errors that a user can mend, and warnings: shown as one line, without a traceback."""

import sys


class UserError(Exception):
    """A bad folder, file or argument. The message is one line: cause; cure."""

    exit_code = 2


class OutputError(UserError):
    """The report could not be written (the exit code is that of the program for failed input or output)."""

    exit_code = 3


class UnreadableError(UserError):
    """A file or folder that cannot be read (the exit code is that of the program for failed input or output)."""

    exit_code = 3


def warn(note: object) -> None:
    """A warning on stderr, at once."""
    print(f"scorefield-analysis: warning: {note}", file=sys.stderr, flush=True)
