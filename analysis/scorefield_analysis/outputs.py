"""Files that are whole or not there."""

from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from .errors import OutputError


@contextmanager
def aside(target: Path) -> Iterator[Path]:
    """A path beside the target to write to, which gets the target's name at the end; nothing is left of it after an error."""
    partial = target.with_name(f"partial-{target.name}")  # the same ending: some libraries look at it
    try:
        yield partial
        partial.replace(target)
    except OSError as error:
        if error.filename in (str(partial), partial):
            error.filename, error.filename2 = str(target), None  # what the user knows
        raise
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def written_aside(target: Path) -> Iterator[Path]:
    """Like aside. Makes the folder where there is none. OutputError if the file cannot be written."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with aside(target) as partial:
            yield partial
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror or error}; "
                          "free the path, or make room and allow writing there") from None
