"""Configurations of the program's files, a part at a time: an ensemble need not fit into the memory."""

from pathlib import Path
from typing import Iterator

import h5py
import numpy as np

from .errors import UserError
from .hdf5 import reading_part
from .outputs import written_aside
from .progress import Progress

MAKE_AGAIN = "make it again with 'scorefield generate' or 'scorefield sample', or fetch an intact copy"
PART = 1 << 23  # bytes that are read at once
MOST_STEPS = 10  # of the progress


def parts_of(path: Path, field: h5py.Dataset) -> Iterator[tuple[int, np.ndarray]]:
    """First configuration and array of each part of /field, with progress on stderr. UserError for what is no number."""
    rows = max(1, PART // max(1, field.dtype.itemsize * int(np.prod(field.shape[1:]))))
    firsts = range(0, len(field), rows)
    every = -(-len(firsts) // MOST_STEPS)
    progress = Progress(-(-len(firsts) // every) if firsts else 0)
    for number, first in enumerate(firsts):
        try:
            part = field[first:first + rows]
        except OSError as error:
            raise UserError(f"cannot read {path} from configuration {first} on ({' '.join(str(error).split())}); {MAKE_AGAIN}") from None
        if not np.isfinite(part).all():
            raise UserError(f"{path} holds what is no number, from configuration {first} on; {MAKE_AGAIN}")
        yield first, part
        if number % every == every - 1 or number == len(firsts) - 1:
            progress.step(f"{first + len(part)} configurations of {path.name}")
    progress.close()


def export_configurations(source: Path, target: Path) -> str:
    """Writes /field of a file as a numpy array (N, component, Ly, Lx) of its own type, in C order; returns what it wrote."""
    with reading_part(source, MAKE_AGAIN) as file:
        if not isinstance(file.get("field"), h5py.Dataset) or file["field"].ndim != 4:
            raise UserError(f"{source} holds no configurations; give an ensemble.h5, samples-*.h5 or finished-*.h5")
        field = file["field"]
        with written_aside(target) as partial:
            _write_npy(source, field, partial)
        return f"{target}: {' x '.join(map(str, field.shape))} (configuration, component, y, x), {field.dtype}"


def _write_npy(source: Path, field: h5py.Dataset, target: Path) -> None:
    with target.open("wb") as file:
        header = {"descr": np.lib.format.dtype_to_descr(field.dtype), "fortran_order": False, "shape": field.shape}
        np.lib.format.write_array_header_1_0(file, header)
        for _, part in parts_of(source, field):
            file.write(np.ascontiguousarray(part).data)
