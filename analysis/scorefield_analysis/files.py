"""What the files of a run hold, and whether they are whole."""

import re
from pathlib import Path
from typing import Iterator

import h5py
import numpy as np

from .errors import UserError
from .hdf5 import DAMAGE, readable, require_file, text
from .notation import ABSENT
from .reader import SCHEMA_VERSION
from .seal import Seal, check_seal
from .tables import Table

# What a file of each kind must hold, by the beginning of its name.
CONTENTS = {"ensemble": "field", "samples-": "field", "finished-": "field", "forward-": "forward", "model-": "reference", "results": "provenance"}
SEALS = {Seal.GOOD: "as it was sealed", Seal.NONE: "has no seal", Seal.BROKEN: "DAMAGED or changed since it was sealed"}
LONGEST = 60  # characters of an attribute that are shown
BEING_WRITTEN = ".partial"  # how the name of a checkpoint ends that a kill may leave: it is sealed last
SET_ASIDE = re.compile(r"\.old(\.\d+)?$")  # how it ends behind --overwrite


def verify(folder: Path) -> tuple[Table, list[str]]:
    """Compares each HDF5 file of a run, its checkpoints too, with its seal, and looks for its schema and what its kind must hold; what was set
    aside is left out. Returns a table, and the names of what is not whole. UserError if there are none.
    """
    with readable(folder):
        paths = sorted(folder.glob("*.h5")) + sorted(path for path in folder.glob("checkpoint/*") if _is_of_a_checkpoint(path))
    if not paths:
        raise UserError(f"no HDF5 files in {folder}; give the output folder of a run (run.output of its deck)")
    rows, wrong = [], []
    for path in paths:
        name = str(path.relative_to(folder))
        if not path.is_file():  # opening a pipe would wait for its other end
            rows.append([name, ABSENT, ABSENT, "is no regular file"])
            wrong.append(name)
            continue
        if path.suffix == BEING_WRITTEN:
            rows.append([name, _size(path), ABSENT, "unfinished, replaced by the next run"])
            continue
        with readable(path):
            seal = check_seal(path)
        state = "" if seal is Seal.BROKEN else _lacking(path) if path.parent == folder else _unsealed(seal)
        rows.append([name, _size(path), SEALS[seal], state or ("" if seal is Seal.BROKEN else "as it should be")])
        if seal is Seal.BROKEN or state:
            wrong.append(name)
    return Table(["file", "size", "seal", "contents"], rows), wrong


def _is_of_a_checkpoint(path: Path) -> bool:
    return not path.is_dir() and SET_ASIDE.search(path.name) is None


def _size(path: Path) -> str:
    with readable(path):
        return f"{path.stat().st_size / 2**20:.1f} MiB"


def _unsealed(seal: Seal) -> str:
    """What is wrong with a checkpoint that is not broken: the program seals all of them."""
    return "" if seal is Seal.GOOD else "is no checkpoint, or one that is damaged"


def _lacking(path: Path) -> str:
    """What is wrong with the structure of a file that is whole; "" if nothing is."""
    try:
        with h5py.File(path) as file:
            version = file.attrs.get("schema_version")
            if version is None or int(version) != SCHEMA_VERSION:
                return f"schema_version is {version}, not {SCHEMA_VERSION}"
            member = next((member for start, member in CONTENTS.items() if path.name.startswith(start)), None)
            return f"has no /{member}" if member is not None and member not in file else ""
    except DAMAGE:
        return "is no HDF5 file, or one that is damaged"


def describe(path: Path) -> str:
    """Seal, attributes, and every dataset of a file with its shape and type. UserError if it is damaged or no HDF5 file."""
    if path.is_dir():
        raise UserError(f"{path} is a folder; give a file in it, such as {path / 'results.h5'}")
    require_file(path, "give an HDF5 file of the program")
    with readable(path):
        seal = check_seal(path)
    if seal is Seal.BROKEN:
        raise UserError(f"{path} was damaged or changed since it was sealed: make it again, or fetch an intact copy")
    try:
        with h5py.File(path) as file:
            lines = [f"{path}: {SEALS[seal]}", *_attributes(file)]
            return "\n".join([*lines, *_members(file)])
    except DAMAGE as error:
        raise UserError(f"cannot read {path}: {error}; give an HDF5 file of the program") from None


def _attributes(item: h5py.Group | h5py.Dataset) -> Iterator[str]:
    for key, value in sorted(item.attrs.items()):
        shown = " ".join(text(value).split()) if isinstance(value, (bytes, str)) else str(np.asarray(value).tolist())
        yield f"  @{key} = {shown if len(shown) <= LONGEST else shown[:LONGEST] + '...'}"


def _members(group: h5py.Group) -> Iterator[str]:
    for name, item in group.items():
        if isinstance(item, h5py.Dataset):
            yield f"{item.name} {item.shape} {item.dtype}"
            yield from _attributes(item)
        else:
            own = list(_attributes(item))
            if own:
                yield from [f"{item.name}/", *own]
            yield from _members(item)
