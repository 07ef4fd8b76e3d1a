"""Files that are whole or not there."""

from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from .errors import OutputError


@contextmanager
def written_aside(target: Path) -> Iterator[Path]:
    """A path beside the target to write to, which gets the target's name at the end; nothing is left of it after an error. Makes the
    folder where there is none. OutputError if the file cannot be written.
    """
    partial = target.with_name(f"partial-{target.name}")  # the same ending: some libraries look at it
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield partial
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror or error}; "
                          "free the path, or make room and allow writing there") from None
