"""Errors that a user can mend: shown as one line, without a traceback."""


class UserError(Exception):
    """A bad folder, file or argument. The message is one line: cause; cure."""

    exit_code = 2


class OutputError(UserError):
    """The report could not be written (the exit code is that of the program for failed input or output)."""

    exit_code = 3


class UnreadableError(UserError):
    """A file or folder that cannot be read (the exit code is that of the program for failed input or output)."""

    exit_code = 3
