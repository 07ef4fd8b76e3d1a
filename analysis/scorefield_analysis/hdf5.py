"""Opens files of the program, and reads their members. Whatever is wrong with a file is one line."""

from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator

import h5py
import numpy as np

from .errors import UnreadableError, UserError
from .seal import Seal, check_seal

# what h5py and numpy raise on metadata that say what cannot be
DAMAGE = (OSError, RuntimeError, LookupError, ValueError, TypeError, AttributeError, ArithmeticError, MemoryError)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Says in one line what the system does not let us read."""
    try:
        yield
    except OSError as error:
        raise UnreadableError(f"cannot read {path}: {error.strerror}; allow reading it, or read a copy") from None


@contextmanager
def reading(path: Path, cure: str) -> Iterator[h5py.File]:
    """The file, opened after its seal was compared. One without a seal is read unverified, and may be damaged."""
    _verify(path, cure)
    with _opened(path, cure) as file:
        yield file


@contextmanager
def reading_part(path: Path, cure: str) -> Iterator[h5py.File]:
    """A file of which little is wanted, and whose seal is not compared: that of an ensemble would take minutes."""
    require_file(path, cure)
    with _opened(path, cure) as file:
        yield file


@contextmanager
def _opened(path: Path, cure: str) -> Iterator[h5py.File]:
    try:
        with _open(path, cure) as file:
            yield file
    except DAMAGE as error:
        reason = " ".join(str(error).strip("\"'").split()) or type(error).__name__
        raise UserError(f"{path} is damaged, or was not written by scorefield ({reason}); {cure}") from None


def require_file(path: Path, cure: str) -> None:
    """UserError if it is not there, is no file, or is empty."""
    with readable(path):
        if not path.exists():
            raise UserError(f"no {path}; {cure}")
        if path.is_dir():
            raise UserError(f"{path} is a folder where a file should be; move it away, and {cure}")
        if not path.is_file():  # opening a pipe would wait for its other end
            raise UserError(f"{path} is no regular file; move it away, and {cure}")
        if path.stat().st_size == 0:
            raise UserError(f"{path} is empty; {cure}")


def _verify(path: Path, cure: str) -> None:
    """Refuses what is no file, or whose bytes are not those that were sealed."""
    require_file(path, cure)
    with readable(path):
        if check_seal(path) is Seal.BROKEN:
            raise UserError(f"{path} is damaged: its checksum is not that of its bytes; {cure}")


def _open(path: Path, cure: str) -> h5py.File:
    try:
        return h5py.File(path, "r")
    except (OSError, RuntimeError, ValueError):
        raise UserError(f"{path} is not a readable HDF5 file; {cure}") from None


def array(group: h5py.Group, name: str) -> np.ndarray:
    """A dataset in full. UserError if there is none, or it cannot be read."""
    if name not in group:
        raise UserError(f"{group.file.filename}: {group.name} has no dataset '{name}'; "
                        "it was written by another version, or is incomplete: write it again")
    try:
        return group[name][...]
    except OSError:
        raise UserError(f"{group.file.filename}: cannot read '{name}' of {group.name}; "
                        "the file is damaged: write it again") from None


def optional_array(group: h5py.Group, name: str) -> np.ndarray | None:
    """A dataset in full, None if there is none."""
    return array(group, name) if name in group else None


def attribute(group: h5py.Group | h5py.Dataset, name: str) -> Any:
    """An attribute. UserError if there is none."""
    if name not in group.attrs:
        raise UserError(f"{group.file.filename}: {group.name} has no attribute '{name}'; "
                        "it was written by another version, or is incomplete: write it again")
    return group.attrs[name]


def optional_number(group: h5py.Group, name: str) -> float | None:
    """A number among the attributes, None if there is none."""
    value = group.attrs.get(name)
    return None if value is None else float(value)


def text(value: Any) -> str:
    """Text of an attribute. ValueError for bytes that are none: h5py hands them on, and the report could not be written."""
    result = value.decode() if isinstance(value, bytes) else str(value)
    result.encode()
    return result
